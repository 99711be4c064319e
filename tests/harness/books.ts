import { type Actor } from '../../policy/contract.ts';
import { currencyCode } from '../../policy/currency.ts';
import { decimal, sum } from '../../policy/money.ts';
import { POLICY } from '../../policy/testing.ts';
import type { Policy } from '../../policy/load.ts';
import type { Call, Door } from '../../ledger/door.ts';
import { hashOf } from '../../ledger/canonical.ts';
import { type ImportLine, importDocument } from '../../ledger/import.ts';
import { register } from '../../ledger/register.ts';
import { openRun } from '../../ledger/runs.ts';

const USD = currencyCode('USD');
let calls = 0;

/** A call of its own by an actor. */
export function callBy(actorId: string, sessionId = 'test'): Call {
  calls += 1;
  return { actorId, sessionId, toolCallId: `call-${calls}` };
}

const human = (name: string, roles: string[]): Actor & { name: string } => ({
  id: `human:${name}`,
  kind: 'human',
  name,
  roles,
  principal: `human:${name}`,
  active: true,
});

/** The people and programs of the small books. */
export const SMALL_ACTORS: readonly (Actor & { name: string })[] = [
  human('ana.ruiz', ['preparer', 'reviewer']),
  human('jonas.weber', ['reviewer']),
  human('mei.tan', ['reviewer', 'controller']),
  human('priya.raman', ['controller']),
  human('tomas.lindqvist', ['controller', 'treasury']),
  {
    id: 'llm:recon-operator',
    kind: 'llm',
    name: 'Operator',
    roles: [],
    principal: 'human:ana.ruiz',
    active: true,
  },
  {
    id: 'engine:matcher',
    kind: 'engine',
    name: 'Matcher',
    roles: [],
    principal: 'human:priya.raman',
    active: true,
  },
  {
    id: 'engine:close',
    kind: 'engine',
    name: 'Close',
    roles: [],
    principal: 'human:priya.raman',
    active: true,
  },
];

/** A line in US dollars for the small books. */
export function line(externalId: string, amount: string, more: Partial<ImportLine> = {}): ImportLine {
  return {
    lineNo: 1,
    externalId,
    date: '2026-03-10',
    amount,
    currency: USD,
    reference: null,
    counterparty: null,
    description: null,
    group: null,
    fee: null,
    ...more,
  };
}

/**
 * Registers the example policy, a few actors and US accounts 1010 and 1030 in dollars, opens 2026-03 and imports lines.
 * @returns the reconciliation that the lines are in: `US/2026-03/1010` unless told otherwise.
 */
export async function smallBooks(
  door: Door,
  lines: {
    ledger?: readonly ImportLine[];
    statement?: readonly ImportLine[];
    account?: '1010' | '1030';
    policy?: Policy;
  } = {},
): Promise<string> {
  const account = (code: string) => ({
    entity: 'US',
    code,
    name: `Account ${code}`,
    currency: 'USD',
    statement_currency: 'USD',
    kind: 'bank',
    counterparty_entity: null,
    counterparty_account: null,
  });
  await register(door, callBy('engine:close'), {
    policy: lines.policy ?? POLICY,
    actors: SMALL_ACTORS,
    entities: [{ id: 'US', name: 'Small Inc.', currency: 'USD' }],
    accounts: [account('1010'), account('1030')],
    rates: [{ date: '2026-03-31', quote: USD, rate: decimal('1.1498'), source: 'ECB' }],
  });
  await openRun(door, callBy('engine:close'), 'US', '2026-03');
  const reconciliation = `US/2026-03/${lines.account ?? '1010'}`;
  const sides = {
    ledger: lines.ledger ?? [
      line('L1', '100.00', { reference: 'INV-1', counterparty: 'Acme Inc.' }),
      line('L2', '250.00', { counterparty: 'Borealis GmbH' }),
      line('L3', '-75.50', { counterparty: 'Citadel Cleaning' }),
    ],
    statement: lines.statement ?? [
      line('S1', '100.00', { reference: 'INV-1', counterparty: 'ACME' }),
      line('S2', '250.00', { counterparty: 'BOREALIS' }),
      line('S3', '-12.00', { description: 'Account maintenance fee' }),
    ],
  };
  for (const side of ['ledger', 'statement'] as const) {
    const opening = decimal('1000.00');
    const answer = await importDocument(door, callBy('engine:close'), {
      reconciliation,
      side,
      fileName: `${side}.csv`,
      sha256: hashOf([reconciliation, side, ...sides[side].map((one) => one.externalId)]),
      currency: USD,
      totals: { opening, closing: opening.plus(sum(sides[side].map((one) => one.amount))) },
      lines: sides[side],
    });
    if (answer.outcome !== 'done')
      throw new Error(`the small books did not import: ${JSON.stringify(answer)}`);
  }
  return reconciliation;
}
