import { z } from 'zod';
import { type CurrencyCode, type Decimal, decimal } from '../policy/money.ts';
import { amountCell, currencyCell, dateCell } from './csv-cells.ts';
import { StatementError, type StatementLine, clip } from './statement.ts';
import { type Row, table } from './table.ts';

export type Side = 'ledger' | 'statement';

/** The control totals of one side of one account for the period, in its currency. */
export interface Balance {
  readonly entity: string;
  readonly account: string;
  readonly side: Side;
  readonly currency: CurrencyCode;
  readonly opening: Decimal;
  readonly closing: Decimal;
}

/** An item that was open when the period began: it explains opening per ledger − opening per statement. */
export interface OpenItem extends StatementLine {
  readonly entity: string;
  readonly account: string;
  readonly side: Side;
}

const sideSchema = z.enum(['ledger', 'statement']);

/**
 * Reads `balances.csv`: `entity,account,side,currency,opening,closing`.
 * @throws {StatementError} on a wrong header, a bad amount, or the same side twice.
 */
export function parseBalances(bytes: Uint8Array, fileName: string): Balance[] {
  const seen = new Set<string>();
  return table(bytes, fileName, ['entity', 'account', 'side', 'currency', 'opening', 'closing']).map(
    (row) => {
      const at = { file: fileName, line: row.line };
      const currency = currencyCell(row.cell('currency'), at);
      const amount = (field: string): Decimal =>
        decimal(amountCell(row.cell(field), field, currency, { decimal: '.' }, at));
      const balance: Balance = {
        ...keyOf(row, fileName),
        currency,
        opening: amount('opening'),
        closing: amount('closing'),
      };
      const key = JSON.stringify([balance.entity, balance.account, balance.side]);
      if (seen.has(key)) {
        const what = `${balance.entity} ${balance.account} ${balance.side} stands in the file twice`;
        throw new StatementError({ ...at, what, whatNow: 'keep one line for each side' });
      }
      seen.add(key);
      return balance;
    },
  );
}

const OPEN_ITEM_COLUMNS =
  'entity account side id date amount currency reference counterparty description group'.split(' ');

/**
 * Reads `open-items.csv`: `entity,account,side,id,date,amount,currency,reference,counterparty,description,group`.
 * Amounts are signed as on the side they belong to.
 * @throws {StatementError} on a wrong header, a bad date or amount, or an id twice on one side of an account.
 */
export function parseOpenItems(bytes: Uint8Array, fileName: string): OpenItem[] {
  const seen = new Set<string>();
  return table(bytes, fileName, OPEN_ITEM_COLUMNS).map((row) => {
    const at = { file: fileName, line: row.line };
    const key = keyOf(row, fileName);
    const externalId = row.cell('id');
    const unique = JSON.stringify([key, externalId]);
    if (externalId === null || externalId.length > 200 || seen.has(unique)) {
      const what = seen.has(unique)
        ? `id "${clip(externalId ?? '')}" stands here twice`
        : 'the id is empty or too long';
      throw new StatementError({ ...at, what, whatNow: 'give every item its own id' });
    }
    seen.add(unique);
    const currency = currencyCell(row.cell('currency'), at);
    return {
      ...key,
      lineNo: row.line,
      externalId,
      date: dateCell(row.cell('date'), 'YYYY-MM-DD', 'date', at),
      valueDate: null,
      amount: amountCell(row.cell('amount'), 'amount', currency, { decimal: '.' }, at),
      currency,
      reference: row.cell('reference'),
      counterparty: row.cell('counterparty'),
      description: row.cell('description'),
      group: row.cell('group'),
      fee: null,
    };
  });
}

function keyOf(row: Row, file: string): Pick<Balance, 'entity' | 'account' | 'side'> {
  const [entity, account, side] = [
    row.cell('entity'),
    row.cell('account'),
    sideSchema.safeParse(row.cell('side')),
  ];
  if (entity === null || account === null || !side.success) {
    const what = 'entity, account and side (ledger or statement) must be filled';
    throw new StatementError({ file, line: row.line, what, whatNow: 'complete the line' });
  }
  return { entity, account, side: side.data };
}
