import { type Kysely, sql } from 'kysely';
import { currencyCode, roundTo } from '../policy/currency.ts';
import { type RateRow, type RateTable, convert, rateTable } from '../policy/fx.ts';
import { ZERO, decimal } from '../policy/money.ts';
import type { JsonObject } from './canonical.ts';
import type { Database } from './database.ts';
import type { Item } from './items.ts';
import { policyInForce } from './policy-in-force.ts';

/** Which rates somebody needs: currencies, and the first and last day of what is to be converted. */
export interface RatesNeeded {
  readonly source: string;
  readonly currencies: Iterable<string>;
  /** `YYYY-MM-DD`, both days included. */
  readonly from: string;
  readonly to: string;
}

interface StoredRate {
  source: string;
  date: string;
  quote: string;
  rate: string;
}

/**
 * The rates that conversions on the given days can use: those published on these days, and for each currency the
 * latest one before, which is carried forward and tells a stale rate from a missing one.
 */
export async function ratesFor(db: Kysely<Database>, needed: RatesNeeded): Promise<RateTable> {
  const { source, from, to } = needed;
  const currencies = [...new Set(needed.currencies)];
  const { rows } = await sql<StoredRate>`
    select r.* from unnest(${currencies}::text[]) as c (quote)
     cross join lateral (
       (select source, date, quote, rate from fx_rates
         where source = ${source} and quote = c.quote and date between ${from}::date and ${to}::date)
       union all
       (select source, date, quote, rate from fx_rates
         where source = ${source} and quote = c.quote and date < ${from}::date
         order by date desc limit 1)) as r`.execute(db);
  return rateTable(rows.map(rateRow));
}

/** The rates of one currency published in a span of days, oldest first. */
export async function publishedRates(
  db: Kysely<Database>,
  { source, currency, from, to }: { source: string; currency: string; from: string; to: string },
): Promise<RateRow[]> {
  const rows = await db
    .selectFrom('fx_rates')
    .select(['source', 'date', 'quote', 'rate'])
    .where('source', '=', source)
    .where('quote', '=', currency)
    .where('date', '>=', from)
    .where('date', '<=', to)
    .orderBy('date')
    .execute();
  return rows.map(rateRow);
}

/** Which published rate stands behind a converted amount: units of `to` for one `from`. */
export type RateUsed = {
  readonly source: string;
  /** The day for which it was published; of a cross rate the older of the two. */
  readonly published: string;
  readonly rate: string;
};

/** The rate behind a conversion on a day, for whoever is shown the amount; null where none was needed or there is none. */
export function rateUsed(table: RateTable, from: string, to: string, date: string): RateUsed | null {
  if (from === to) return null;
  // Freshness was the gate's matter when the amount was recorded.
  const found = convert(table, ZERO, currencyCode(from), currencyCode(to), date, 0);
  if (found.status === 'missing') return null;
  return { source: found.source, published: found.date, rate: found.rate.toFixed() };
}

/** A line as far as its conversion goes. */
export type ConvertedLine = Pick<Item, 'currency' | 'date' | 'amount' | 'base_amount' | 'amount_usd'>;

/**
 * The rates behind the lines' amounts in the reconciliation's currency and in US dollars, each pair and day once, as an
 * audit event carries them. Amounts stay as they were imported; where a published rate was corrected since, today's table
 * does not give them any more, and the entry says so: the IMPORT event has the rate that was used.
 * @param base the reconciliation's currency.
 */
export async function ratesOfLines(
  db: Kysely<Database>,
  base: string,
  lines: readonly ConvertedLine[],
): Promise<JsonObject[]> {
  const converted = lines.filter(({ currency }) => currency !== base || currency !== 'USD');
  if (converted.length === 0) return [];
  const days = converted.map(({ date }) => date).sort();
  const table = await ratesFor(db, {
    source: (await policyInForce(db)).content.fx.source,
    currencies: [base, 'USD', ...converted.map(({ currency }) => currency)],
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
  });
  const used = new Map<string, JsonObject>();
  for (const line of converted)
    for (const [to, recorded] of [[base, line.base_amount] as const, ['USD', line.amount_usd] as const]) {
      const [from, into] = [currencyCode(line.currency), currencyCode(to)];
      if (from === into) continue;
      const found = convert(table, decimal(line.amount), from, into, line.date, 0);
      if (found.status === 'missing') continue;
      const { source, date, rate, ageDays, amount } = found;
      const same = roundTo(into, amount).eq(decimal(recorded));
      const entry = {
        ...{ from, to: into, source, date, rate: rate.toFixed(), age_days: ageDays },
        ...(same ? {} : { corrected_since_import: true }),
      };
      used.set(JSON.stringify(entry), entry);
    }
  return [...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** What the converted amounts of a month, or of all, rest on. */
export interface RatesBehind {
  readonly source: string;
  readonly currencies: readonly string[];
  /** The first and the last day for which a rate in use was published. */
  readonly first: string;
  readonly last: string;
}

/** The published rates behind the converted amounts of recorded lines; null when nothing had to be converted. */
export async function ratesBehind(
  db: Kysely<Database>,
  source: string,
  period: string | null,
): Promise<RatesBehind | null> {
  const { rows } = await sql<{ currencies: string[] | null; first: string; last: string }>`
    select array_agg(distinct r.quote order by r.quote) as currencies, min(r.date) as first, max(r.date) as last
      from (select distinct i.currency, a.currency as base, i.date
              from items i join reconciliations a on a.id = i.reconciliation_id
             where (${period}::text is null or a.period = ${period}) and (i.currency <> 'USD' or a.currency <> i.currency)) as c
     cross join lateral (select distinct q from unnest(array[c.currency, c.base, 'USD']) as q where q <> 'EUR') as n
     cross join lateral (select quote, date from fx_rates
                          where source = ${source} and quote = n.q and date <= c.date order by date desc limit 1) as r`.execute(
    db,
  );
  const row = rows[0];
  return row?.currencies ? { source, currencies: row.currencies, first: row.first, last: row.last } : null;
}

function rateRow({ source, date, quote, rate }: StoredRate): RateRow {
  return { source, date, quote: currencyCode(quote), rate: decimal(rate) };
}
