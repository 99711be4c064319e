import { createHash } from 'node:crypto';
import { type Transaction, sql } from 'kysely';
import type { EcbRate } from '../policy/ecb-csv.ts';
import { FxError, type RateRow } from '../policy/fx.ts';
import { hashOf } from './canonical.ts';
import type { Database } from './database.ts';
import { decide } from './decide.ts';
import { type Answer, COMPANY, type Call, type Decision, type Door, type SubjectFacts } from './door.ts';
import { REGISTRY_STREAM } from './streams.ts';

// More than that is no correction of a publication; it is another file.
const MOST_CORRECTIONS = 1_000;
const NAMED = 5;

/** A file of reference rates as it was read. */
export interface RateFile {
  readonly fileName: string;
  /** Of the bytes that the person has, zipped or not, in hex. */
  readonly sha256: string;
  readonly rates: readonly EcbRate[];
}

/** A recorded rate that is otherwise than a given one. Both are units of `quote` for one euro, as decimal strings. */
export type DifferingRate = {
  readonly source: string;
  readonly date: string;
  readonly quote: string;
  readonly recorded: string;
  readonly given: string;
};

/**
 * Imports rates, all files or nothing, as a decision of the company's own. Rates that are there already are counted and
 * left; one that is there with another value refuses the import, unless `correct` says that it was published anew.
 * A correction needs a rationale, and the audit event names each rate with both values.
 * @throws {FxError} when two of the files contradict each other, or hold no rate.
 */
export async function importRates(
  door: Door,
  call: Call,
  args: { files: readonly RateFile[]; correct: boolean; rationale: string | null },
): Promise<Answer> {
  const { files, correct, rationale } = args;
  const rates = together(files);
  const about = summaryOf(rates);
  const id = files.length === 1 && files[0] ? files[0].sha256 : hashOf(files.map(({ sha256 }) => sha256));
  return await decide(door, call, {
    action: 'IMPORT',
    scope: COMPANY,
    stream: REGISTRY_STREAM,
    args: {
      files: files.map(({ fileName, sha256 }) => ({ file: fileName, sha256 })),
      ...about,
      correct,
      rationale,
    },
    subjectKind: 'document',
    subjectId: id,
    recordsWhenEscalated: false,
    async load(tx) {
      const differing = await differingRates(tx, rates, MOST_CORRECTIONS + 1);
      return {
        differing,
        subject: {
          kind: 'document',
          state: 'NEW',
          proposer: null,
          contentHash: about.digest,
          approvals: [],
          rule: null,
          ambiguous: false,
          obstacle: obstacleTo(differing, args),
        },
        rationale,
      };
    },
    async apply(tx, { differing }) {
      const imported = await addMissing(tx, rates);
      if (differing.length > 0) await correctRates(tx, differing);
      const unchanged = rates.length - imported - differing.length;
      return {
        subjectId: id,
        result: {
          ...about,
          imported: String(imported),
          already_there: String(unchanged),
          corrected: String(differing.length),
        },
        ...(differing.length > 0 ? { detail: { corrected: differing } } : {}),
      };
    },
  } satisfies Decision<SubjectFacts & { differing: readonly DifferingRate[] }>);
}

/**
 * Adds the rates that are not there yet, in one statement; those that are there stay as they are.
 * @returns how many were added.
 */
export async function addMissing(tx: Transaction<Database>, rates: readonly RateRow[]): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into fx_rates (source, date, quote, rate) select * from ${given(rates)}
    on conflict (source, quote, date) do nothing`.execute(tx);
  return Number.parseInt(String(numAffectedRows ?? 0n), 10);
}

/** Of the given rates those that are recorded with another value, in the order of date and currency. */
export async function differingRates(
  tx: Transaction<Database>,
  rates: readonly RateRow[],
  limit: number,
): Promise<DifferingRate[]> {
  const { rows } = await sql<DifferingRate>`
    select g.source, g.date::text as date, g.quote, r.rate::text as recorded, g.rate::text as given
      from ${given(rates)} join fx_rates r using (source, quote, date)
     where r.rate <> g.rate
     order by g.date, g.quote limit ${limit}`.execute(tx);
  return rows;
}

/** How many rates, of which days and currencies, and the digest over them all; equal for equal rates in any order. */
export function summaryOf(rates: readonly RateRow[]): {
  rates: string;
  first: string;
  last: string;
  currencies: string[];
  digest: string;
} {
  const lines = rates.map(
    ({ source, date, quote, rate }) => `${date} ${quote} ${rate.toFixed()} ${source}\n`,
  );
  lines.sort();
  const digest = createHash('sha256');
  for (const line of lines) digest.update(line);
  return {
    rates: String(rates.length),
    first: lines[0]?.slice(0, 10) ?? '',
    last: lines.at(-1)?.slice(0, 10) ?? '',
    currencies: [...new Set<string>(rates.map(({ quote }) => quote))].sort(),
    digest: digest.digest('hex'),
  };
}

function together(files: readonly RateFile[]): readonly EcbRate[] {
  const [only] = files;
  // A reader has seen to it that one file does not contradict itself.
  if (files.length === 1 && only) return only.rates;
  const seen = new Map<string, { file: RateFile; rate: EcbRate }>();
  for (const file of files) {
    for (const rate of file.rates) {
      const key = `${rate.source} ${rate.date} ${rate.quote}`;
      const known = seen.get(key);
      if (known && !known.rate.rate.eq(rate.rate)) {
        const one = (at: RateFile, of: EcbRate) => `${at.fileName}:${of.line} ${of.rate.toFixed()}`;
        throw new FxError(
          `${rate.quote} of ${rate.date} is ${one(known.file, known.rate)} and ${one(file, rate)}; nothing was imported`,
        );
      }
      if (!known) seen.set(key, { file, rate });
    }
  }
  return [...seen.values()].map(({ rate }) => rate);
}

function obstacleTo(
  differing: readonly DifferingRate[],
  args: { files: readonly RateFile[]; correct: boolean; rationale: string | null },
): string | null {
  if (differing.length === 0) return null;
  const many = differing.length > MOST_CORRECTIONS ? `more than ${MOST_CORRECTIONS}` : differing.length;
  if (args.correct && differing.length <= MOST_CORRECTIONS) {
    return args.rationale?.trim() ? null : 'a correction of published rates needs a rationale';
  }
  const named = differing.slice(0, NAMED).map((one) => {
    const where = args.files
      .flatMap((file) => file.rates.map((rate) => ({ file, rate })))
      .find(({ rate }) => rate.date === one.date && rate.quote === one.quote);
    const at = where ? `${where.file.fileName}:${where.rate.line}` : 'the file';
    return `${at} has ${one.quote} ${one.given} for ${one.date}, and ${one.recorded} is recorded (${one.source})`;
  });
  const rest = differing.length > NAMED ? [`${many} rates differ in all`] : [];
  return [
    ...named,
    ...rest,
    args.correct
      ? `a correction has at most ${MOST_CORRECTIONS} rates`
      : 'nothing was imported; if the source has published them anew, import with --correct and a --rationale',
  ].join('; ');
}

async function correctRates(tx: Transaction<Database>, differing: readonly DifferingRate[]): Promise<void> {
  await sql`
    update fx_rates r set rate = x.given::numeric
      from jsonb_to_recordset(${JSON.stringify(differing)}::jsonb) as x (source text, date date, quote text, given text)
     where (r.source, r.quote, r.date) = (x.source, x.quote, x.date)`.execute(tx);
}

function given(rates: readonly RateRow[]) {
  return sql`unnest(${rates.map(({ source }) => source)}::text[], ${rates.map(({ date }) => date)}::date[],
                    ${rates.map(({ quote }) => quote)}::text[], ${rates.map(({ rate }) => rate.toFixed())}::numeric[])
             as g (source, date, quote, rate)`;
}
