import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { anyActor, anyRequest } from './arbitraries.ts';
import { type Question, oracle } from './cedar/oracle.ts';
import type { Actor, GateRequest, Outcome } from './contract.ts';
import { evaluate } from './gate.ts';
import type { Policy } from './load.ts';
import { POLICY, policyWith, subject } from './testing.ts';

const read = (name: string) => readFileSync(new URL(`cedar/${name}`, import.meta.url), 'utf8');
const CEDAR = read('segregation.cedar');
const SCHEMA = read('segregation.cedarschema');
const SLICE: readonly string[] = [
  'SOD_SAME_ACTOR',
  'SOD_LLM_CONFIRM',
  'TIER_EXCEEDED',
  'OUTSIDE_CLOSE_WINDOW',
];
const REQUESTS = 10_000;

// Other policies than the example's reach what it never says: no tier, an end of the window, nobody who approved.
const POLICIES: readonly Policy[] = [
  POLICY,
  policyWith(/closes_business_day: null/g, 'closes_business_day: 2'),
  policyWith(/opens_business_day: -5/g, 'opens_business_day: 1'),
  policyWith('approved_by: human:tomas.lindqvist\n', ''),
  policyWith('approved_by: human:tomas.lindqvist', 'approved_by: llm:recon-operator'),
  policyWith('approved_by: human:tomas.lindqvist', 'approved_by: human:priya.raman'),
  policyWith('  reject: T1\n', ''),
  policyWith('    certify: T3\n', '    certify: T3\n    propose: T2\n  elevated:\n    flag: T2\n'),
];

interface Asked {
  readonly request: GateRequest;
  readonly policy: Policy;
}

const author: fc.Arbitrary<Actor> = anyActor.map((actor) => ({ ...actor, principal: POLICY.content.author }));
const asker = fc.oneof({ weight: 8, arbitrary: anyActor }, { weight: 1, arbitrary: author });
// Minutes around the month's end, so that midnights in every zone and clock changes are met.
const instant = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: -12 * 1440, max: 8 * 1440 }))
  .map(([month, minutes]) => ({
    period: `2026-${String(month).padStart(2, '0')}`,
    at: new Date(Date.UTC(2026, month, 1) + minutes * 60_000).toISOString(),
  }));
const asked: fc.Arbitrary<Asked> = fc
  .record({
    request: anyRequest,
    actor: fc.option(asker, { freq: 20 }),
    proposer: fc.option(asker, { freq: 5 }),
    when: fc.option(instant, { freq: 20 }),
    policy: fc.constantFrom(...POLICIES),
  })
  .map(({ request, actor, proposer, when, policy }) => ({
    policy,
    request: {
      ...request,
      ...when,
      actor,
      subject: request.subject && { ...subject(), ...request.subject, proposer },
    },
  }));

/** Reads the policy and the clock by itself: nothing here comes from the gate's own look-ups or calendar. */
function questionOf({ request, policy: { content } }: Asked): Question {
  const { action, actor, at, entity, period, account } = request;
  const key = action.toLowerCase() as keyof typeof content.tool_tiers;
  const context: Record<string, string | number | undefined> = {
    author: content.author,
    approver: content.approved_by,
    tier: content.tool_tiers[key],
    elevatedTier: content.tier_overrides?.elevated?.[key],
    restrictedTier: content.tier_overrides?.restricted?.[key],
    ...windowOf(content, entity, period, at),
  };
  const known = Object.entries(content.account_sensitivity.accounts ?? {});
  const [, sensitivity] = known.find(([name]) => account !== null && name === `${entity}/${account}`) ?? [];
  return {
    action,
    actor,
    proposer: request.subject?.proposer ?? null,
    sensitivity: sensitivity ?? content.account_sensitivity.default,
    context: Object.fromEntries(
      Object.entries(context).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

/** Days as numbers such as 20260325: the entity's local day by `Intl`, the window by counting through a list. */
function windowOf(content: Policy['content'], entity: string, period: string, at: string) {
  const found = Object.entries(content.close_calendar.entities).find(([name]) => name === entity);
  const ms = Date.parse(at);
  if (!found || Number.isNaN(ms) || !/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return {};
  const [, { zone, holidays, opens_business_day: opens, closes_business_day: closes }] = found;
  const isHoliday = new Set<string>(holidays);
  const business = (days: readonly Date[]) =>
    days
      .filter((day) => ![0, 6].includes(day.getUTCDay()) && !isHoliday.has(day.toISOString().slice(0, 10)))
      .map((day) => dayNumber(day, 'UTC'));
  const nextMonth = Date.UTC(Number.parseInt(period, 10), Number.parseInt(period.slice(5), 10), 1);
  const after = business(Array.from({ length: 60 }, (_, n) => new Date(nextMonth + n * 86_400_000)));
  const before = business(Array.from({ length: 60 }, (_, n) => new Date(nextMonth - (n + 1) * 86_400_000)));
  const dayOf = (count: number) => (count > 0 ? after[count - 1] : before[-count - 1]);
  return {
    localDay: dayNumber(new Date(ms), zone),
    opens: dayOf(opens),
    closes: closes === null ? undefined : dayOf(closes),
  };
}

const formats = new Map<string, Intl.DateTimeFormat>();
function dayNumber(instant: Date, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formats.set(timeZone, format);
  return Number.parseInt(format.format(instant).replaceAll('-', ''), 10);
}

const RANK: Readonly<Record<Outcome['kind'], number>> = { allow: 0, require_human_approval: 1, deny: 2 };

/** How the two disagree on one request; null when they agree. */
function disagreement(ask: ReturnType<typeof oracle>, one: Asked): string | null {
  const gate = evaluate(one.request, one.policy);
  const cedar = ask(questionOf(one));
  const ours = gate.clauses.map(({ code }) => code).filter((code) => SLICE.includes(code));
  const theirs = SLICE.filter((code) => cedar.codes.has(code));
  const others = gate.clauses.length > ours.length;
  const kinds = others ? RANK[gate.kind] >= RANK[cedar.kind] : gate.kind === cedar.kind;
  if (ours.toSorted().join() === theirs.toSorted().join() && kinds) return null;
  return `gate ${gate.kind} [${ours.join()}], Cedar ${cedar.kind} [${theirs.join()}]: ${JSON.stringify(one.request)}`;
}

test('Cedar, asked independently, agrees with the gate on every one of 10,000 random requests', () => {
  const began = performance.now();
  const ask = oracle('segregation', CEDAR, SCHEMA);
  const fired = new Map<string, number>();
  const disagreements: string[] = [];
  const requests = fc.sample(asked, { numRuns: REQUESTS, seed: 20_260_331 });
  for (const one of requests) {
    const found = disagreement(ask, one);
    if (found !== null) disagreements.push(found);
    const codes = ask(questionOf(one)).codes;
    for (const code of codes.size > 0 ? codes : ['none']) fired.set(code, (fired.get(code) ?? 0) + 1);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `Cedar oracle: ${requests.length} requests, ${disagreements.length} disagreements, ${seconds} s` +
      ` (${[...fired].map(([code, count]) => `${code} ${count}`).join(', ')})`,
  );
  assert.deepEqual(disagreements.slice(0, 3), []);
  for (const code of [...SLICE, 'none']) {
    assert.ok((fired.get(code) ?? 0) > 100, `only ${fired.get(code) ?? 0} requests were about ${code}`);
  }
});

// A comparison that cannot fail would prove nothing.
const WRONG: readonly (readonly [what: string, from: string, to: string])[] = [
  ['two accounts of one person are two people', 'containsAny(', 'containsAll('],
  ['an author may approve their own policy', 'contains(context.author)', 'contains("")'],
  ['a policy that only a model approved settles', '&& context.approver like "human:*"', ''],
  ['a model may judge a model', 'resource.proposer.kind == "llm"', 'resource.proposer.kind == "engine"'],
  ['an action without a tier is free', 'unless { context has tier }', 'unless { true }'],
  ['a person may settle by rule', '{ principal.kind == "human" }', '{ principal.kind == "" }'],
  ['a model may lock', ', Action::"LOCK"]', ']'],
  [
    'the engine is no program',
    '["llm", "engine"].contains(principal.kind) && context has tier',
    'principal.kind == "llm" && context has tier',
  ],
  ['the window opens a day late', 'context.localDay >= context.opens', 'context.localDay > context.opens'],
  ['the window never closes', 'context.localDay > context.closes', 'false'],
];
for (const [what, from, to] of WRONG) {
  test(`a wrong Cedar policy is found out: ${what}`, () => {
    const text = CEDAR.replace(from, to);
    assert.notEqual(text, CEDAR, 'nothing was altered');
    const ask = oracle(what, text, SCHEMA);
    const requests = fc.sample(asked, { numRuns: REQUESTS, seed: 20_260_331 });
    assert.ok(
      requests.some((one) => disagreement(ask, one) !== null),
      'no request told it from the gate',
    );
  });
}
