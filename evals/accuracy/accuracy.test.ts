import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_SETTINGS } from '../../matching/settings.ts';
import { THRESHOLDS } from '../thresholds.ts';
import { badlyKept } from './books/badly-kept.ts';
import { byPeriod } from './books/by-period.ts';
import { cashApplication } from './books/cash-application.ts';
import { dayByDay } from './books/day-by-day.ts';
import { processor } from './books/processor.ts';
import { smallCompany } from './books/small-company.ts';
import { readFixtures } from './fixtures.ts';
import { type Accuracy, type Case, measure } from './measure.ts';
import { month } from './months.ts';

const told = ({ wrong, missed }: Accuracy) => `wrong:\n${wrong.join('\n')}\nmissed:\n${missed.join('\n')}`;

function meets(accuracy: Accuracy): void {
  const { settled, settledWrong, pairPrecision, pairRecall, score } = accuracy;
  assert.ok(settled > 0);
  assert.deepEqual(settledWrong, []);
  assert.ok(pairPrecision >= THRESHOLDS.pairPrecision, `precision ${pairPrecision}\n${told(accuracy)}`);
  assert.ok(pairRecall >= THRESHOLDS.pairRecall, `recall ${pairRecall}\n${told(accuracy)}`);
  assert.ok(score.macroF1 >= THRESHOLDS.matchingMacroF1, `macro-F1 ${score.macroF1}\n${told(accuracy)}`);
}

test('the fixtures are enough, of every class, and each line stands in one truth', () => {
  const fixtures = readFixtures();
  assert.ok(fixtures.length >= THRESHOLDS.fixtures);
  assert.equal(new Set(fixtures.map(({ name }) => name)).size, fixtures.length);
  const types = new Set(fixtures.flatMap(({ truth }) => truth.map(({ type }) => type)));
  for (const type of ['exact_match', 'fuzzy_match', 'multi_to_one', 'many_to_many', 'exception'])
    assert.ok(types.has(type), type);
  for (const { name, ledger, statement, truth } of fixtures) {
    const placed = truth.flatMap((one) => [...one.ledger, ...one.statement]);
    assert.deepEqual(placed.sort(), [...ledger, ...statement].map(({ id }) => id).sort(), name);
  }
});

test('the rules meet the thresholds on the fixtures', () => meets(measure(readFixtures())));

for (const noise of ['usual', 'heavy'] as const)
  test(`the rules meet the thresholds on months of ${noise} noise`, () =>
    meets(measure([11, 12, 13].map((seed) => ({ name: `seed ${seed}`, ...month(seed, 600, noise) })))));

test('a rule that settles by amount and date is found out', () => {
  const line = (id: string, counterparty: string) => ({
    ...{ id, date: '2026-03-10', amount: '500.00', currency: 'USD', reference: '', counterparty },
    ...{ description: '', group: '', account: '' },
  });
  const lookAlike: Case = {
    name: 'look-alike',
    ledger: [line('L1', 'Borealis Freight')],
    statement: [line('S1', 'Borealis Freight')],
    truth: [
      { type: 'exception', kind: '', ledger: ['L1'], statement: [] },
      { type: 'exception', kind: '', ledger: [], statement: ['S1'] },
    ],
  };
  const settings = { settle: ['amount_date_text'] };
  const { settledWrong } = measure([lookAlike], { ...DEFAULT_SETTINGS, ...settings });
  assert.equal(settledWrong.length, 1);
});

test('books of other kinds: nothing settles wrongly, and proposals are nearly always right', () => {
  for (const make of [badlyKept, byPeriod, cashApplication, dayByDay, processor, smallCompany]) {
    const { settledWrong, pairPrecision, pairRecall, wrong } = measure(
      [11, 12, 13].map((seed) => ({ name: `${make.name} ${seed}`, ...make(seed, 150) })),
    );
    assert.deepEqual(settledWrong, []);
    assert.ok(pairPrecision >= THRESHOLDS.pairPrecision, wrong.join('\n'));
    assert.ok(pairRecall >= THRESHOLDS.partlyKnowableRecall, `recall ${pairRecall} of ${make.name}`);
  }
});

test('the books of one company and the statement of another have nothing in common', () => {
  const strangers = [21, 22, 23].flatMap((seed) =>
    (['usual', 'heavy'] as const).map((noise): Case => {
      const [ours, theirs] = [month(seed, 600, noise), month(seed + 50, 600, noise)];
      const alone = (kind: string, side: 'ledger' | 'statement') => (line: { readonly id: string }) => ({
        ...{ type: 'exception', kind, ledger: [], statement: [] },
        [side]: [line.id],
      });
      return {
        name: `${noise}, seed ${seed}`,
        ledger: ours.ledger,
        statement: theirs.statement,
        truth: [
          ...ours.ledger.map(alone('ours', 'ledger')),
          ...theirs.statement.map(alone('theirs', 'statement')),
        ],
      };
    }),
  );
  const { lines, settled, wrong } = measure(strangers);
  assert.equal(settled, 0);
  // Offsets of one side are true of themselves.
  const across = wrong.filter((at) => /: L.* = S/.test(at));
  assert.ok(across.length * 250 <= lines, `${across.length} of ${lines} lines:\n${across.join('\n')}`);
});
