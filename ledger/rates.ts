import type { Kysely } from 'kysely';
import { currencyCode } from '../policy/currency.ts';
import { type RateTable, rateTable } from '../policy/fx.ts';
import { decimal } from '../policy/money.ts';
import type { Database } from './database.ts';

/** All rates of one source, as units of the quoted currency for one euro. */
export async function ratesOf(db: Kysely<Database>, source: string): Promise<RateTable> {
  const rows = await db.selectFrom('fx_rates').selectAll().where('source', '=', source).execute();
  return rateTable(
    rows.map((row) => ({
      date: row.date,
      quote: currencyCode(row.quote),
      rate: decimal(row.rate),
      source: row.source,
    })),
  );
}
