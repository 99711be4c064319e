import type { Transaction } from 'kysely';
import { usd } from '../policy/money.ts';
import { type AuditEvent, append } from './audit.ts';
import type { Candidate, Matcher } from './candidate.ts';
import type { JsonObject } from './canonical.ts';
import type { Database } from './database.ts';
import type { Answer, Call, Door } from './door.ts';
import { closeDecision, openDecision } from './opening.ts';
import { getReconciliation, scopeOf, setReconciliationState } from './reconciliations.ts';
import { BULK_RULE, BULK_VERSION, afterBulk, findByReference, forBulk, recordFound } from './settle-found.ts';
import { countMoved, holdBack } from './settle-held.ts';
import { type Circumstances, Judge, ask } from './settle-judge.ts';
import { foundOneByOne, leftOpen, withLegs } from './settle-open.ts';
import { type OwnProposal, mayReplace, ownProposals, sameness, supersede } from './settle-proposals.ts';
import { recordJudged } from './settle-record.ts';
import { type Counts, Tally, otherEvent } from './settle-tally.ts';
import { reconciliationStream } from './streams.ts';

export type { Candidate, Matcher, OpenLine } from './candidate.ts';

// So many candidates are judged and recorded at a time.
const PAGE = 2_000;

/**
 * The bulk door: finds matches among all open lines and settles those that the gate allows; the rest become proposals,
 * with an escalation that carries the clauses. Every candidate passes the gate; the audit log gets one event per rule.
 *
 * The clearest cases are found, judged and recorded in the database by the set; the matcher gets what they leave. Run
 * again, with a new call, it looks at what is open then, and at its own proposals that nobody has touched: what it finds
 * again stays as it is, what it does not find any more is superseded. What is settled stays settled.
 * The same call again gives the same answer.
 */
export async function settleByRules(
  door: Door,
  call: Call,
  args: { reconciliation: string; matcher: Matcher },
): Promise<Answer> {
  const known = await getReconciliation(door.db, args.reconciliation);
  return await door.db.transaction().execute(async (tx) => {
    const scope = scopeOf(known);
    const opened = await openDecision(
      tx,
      call,
      { action: 'SETTLE_BY_RULE', reconciliation: known.id },
      { stream: reconciliationStream(known.id), scope },
    );
    if (opened.kind === 'answered') return opened.answer;
    if (opened.kind === 'other_arguments')
      throw new Error(`the key ${call.toolCallId} was used for another settlement`);
    const { policy, actor, periodLocked: locked } = opened;
    const reconciliation = await getReconciliation(tx, known.id);
    const by: Circumstances = { call, actor, policy, reconciliation, at: opened.head.at, locked };
    const settlement = new Settlement(tx, by);
    await settlement.run(args.matcher);
    if (reconciliation.state === 'IMPORTED') await setReconciliationState(tx, known.id, 'MATCHED');

    const { events, result } = settlement.end();
    const last = events.pop() ?? otherEvent(by, 'SETTLED_BY_RULE', { found: '0' });
    let { head } = opened;
    for (const event of events) ({ head } = await append(tx, door.auditKey, head, event));
    return await closeDecision(tx, door.auditKey, call, head, last, (receipt) => ({
      outcome: 'done',
      result,
      receipt,
    }));
  });
}

/** One settlement, under its reconciliation's lock. */
class Settlement {
  readonly #tx: Transaction<Database>;
  readonly #by: Circumstances;
  readonly #judge: Judge;
  readonly #tallies = new Map<string, Tally>();
  #superseded: { matches: string; digest: string } | null = null;

  constructor(tx: Transaction<Database>, by: Circumstances) {
    this.#tx = tx;
    this.#by = by;
    this.#judge = new Judge(by);
  }

  async run(matcher: Matcher): Promise<void> {
    const tx = this.#tx;
    const { actor, policy, reconciliation } = this.#by;
    const earlier = await ownProposals(tx, reconciliation.id, actor);
    const looksAgain = earlier.map((one) => one.id);
    await findByReference(tx, reconciliation.id, looksAgain);
    await forBulk(tx);
    const found = batchesOf(matcher(await leftOpen(tx, reconciliation.id), reconciliation, policy));
    try {
      // The database records while the matcher looks at what is left.
      const [, first] = await Promise.all([this.#recordFound(), found.next()]);
      await afterBulk(tx);
      const batches = resumed(first, found);
      // What is withdrawn counts no more when the first page is judged.
      const fresh = earlier.length === 0 ? batches : await this.#replace(earlier, batches);
      await this.#settle(pagesOf(foundOneByOne(tx, 'held'), fresh));
    } finally {
      await found.return(undefined);
    }
  }

  /** The events, the first decided first, and what the caller is told. */
  end(): { events: AuditEvent[]; result: JsonObject } {
    const events: AuditEvent[] = [];
    if (this.#superseded) events.push(otherEvent(this.#by, 'PROPOSALS_SUPERSEDED', this.#superseded));
    const total = { settled: 0n, proposed: 0n, denied: 0n };
    for (const tally of this.#tallies.values()) {
      const { event, counts } = tally.end(this.#by);
      events.push(event);
      for (const name of ['settled', 'proposed', 'denied'] as const satisfies (keyof Counts)[])
        total[name] += counts[name];
    }
    const counts = Object.entries(total).map(([name, count]) => [name, String(count)]);
    const superseded = this.#superseded ? { superseded: this.#superseded.matches } : {};
    return { events, result: { ...(Object.fromEntries(counts) as JsonObject), ...superseded } };
  }

  async #recordFound(): Promise<void> {
    const { call, actor, policy, reconciliation } = this.#by;
    const held = await holdBack(
      this.#tx,
      reconciliation.id,
      actor?.principal ?? '',
      (amountUsd, cumulativeUsd) =>
        ask(this.#by, { rule: BULK_RULE, ambiguous: false, contentHash: null, amountUsd, cumulativeUsd }),
    );
    // For an actor that is not on the register the gate allows nothing.
    if (actor) {
      const who = {
        ...{ reconciliation: reconciliation.id, actor: actor.id, session: call.sessionId },
        approver: policy.content.approved_by ?? null,
      };
      await recordFound(this.#tx, who, held, () => this.#tally(BULK_RULE, BULK_VERSION).settled);
    }
    await countMoved(this.#tx);
  }

  /** Withdraws earlier proposals that are not among the candidates. @returns the candidates that are new. */
  async #replace(
    earlier: readonly OwnProposal[],
    batches: AsyncIterable<readonly Candidate[]>,
  ): Promise<Iterable<readonly Candidate[]>> {
    const { actor, reconciliation } = this.#by;
    const candidates: Candidate[] = [];
    for await (const batch of foundOneByOne(this.#tx, 'again')) candidates.push(...batch);
    for await (const batch of batches) candidates.push(...batch);
    const found = new Set(candidates.map(sameness));
    const known = new Set(earlier.map((one) => one.sameness));
    const gone = earlier.filter((one) => !found.has(one.sameness));
    if (gone.length > 0 && actor && mayReplace(gone, this.#by)) {
      for (const one of gone) this.#judge.withdraw(one.counterparty, usd(one.amountUsd));
      this.#superseded = await supersede(this.#tx, reconciliation.id, actor, gone);
    }
    return Map.groupBy(
      candidates.filter((candidate) => !known.has(sameness(candidate))),
      ({ rule }) => rule,
    ).values();
  }

  /** Judges candidates and records them. While it judges a page, the database is at the one before and the one behind. */
  async #settle(pages: AsyncIterable<readonly Candidate[]>): Promise<void> {
    const { call, actor, policy, reconciliation } = this.#by;
    const by = { reconciliation: reconciliation.id, call, actor, policy };
    let recorded = Promise.resolve();
    for await (const found of ahead(pages, (page) => withLegs(this.#tx, page))) {
      const { rule = '', version = 0 } = found[0] ?? {};
      const judged = this.#judge.judge(found);
      const tally = this.#tally(rule, version);
      for (const one of judged) tally.add(one);
      await recorded;
      recorded = recordJudged(this.#tx, { ...by, rule }, judged);
      // Whoever waits for it next gets the error.
      recorded.catch(() => undefined);
    }
    await recorded;
  }

  #tally(rule: string, version: number): Tally {
    const known = this.#tallies.get(rule);
    if (known) return known;
    const tally = new Tally(rule, version);
    this.#tallies.set(rule, tally);
    return tally;
  }
}

/** What a matcher gives, also where it gives it at once. */
async function* batchesOf(found: ReturnType<Matcher>): AsyncGenerator<readonly Candidate[]> {
  yield* found;
}

/** A generator whose first value has been taken, from that value on. */
async function* resumed<Value>(
  first: IteratorResult<Value>,
  rest: AsyncGenerator<Value>,
): AsyncGenerator<Value> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

/**
 * Candidates in pages, each of one rule: first what is held back, then rule by rule, in the order in which the rules come,
 * because the running totals of a later replay go by rules and ids.
 * @param batches each of one rule.
 */
async function* pagesOf(
  held: AsyncIterable<readonly Candidate[]>,
  batches: Iterable<readonly Candidate[]> | AsyncIterable<readonly Candidate[]>,
): AsyncGenerator<readonly Candidate[]> {
  yield* held;
  for await (const batch of batches)
    for (let from = 0; from < batch.length; from += PAGE) yield batch.slice(from, from + PAGE);
}

/** Does something with each, and begins it for the next one before the one at hand is used. */
async function* ahead<Page, Done>(
  pages: AsyncIterable<Page>,
  work: (page: Page) => Promise<Done>,
): AsyncGenerator<Done> {
  let next: Promise<Done> | null = null;
  for await (const page of pages) {
    const done = next;
    next = work(page);
    next.catch(() => undefined);
    if (done) yield await done;
  }
  if (next) yield await next;
}
