import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { germanBank, intercompany, singaporeBank } from './generator/abroad.ts';
import { camtFile } from './generator/camt.ts';
import {
  INBOX,
  balancesFile,
  ledgerFile,
  openItemsFile,
  settlementFile,
  sgBankFile,
  statementLines,
  truthFile,
  usBankFile,
} from './generator/files.ts';
import { cardClearing, customerFunds, operatingBank } from './generator/united-states.ts';

const HERE = import.meta.dirname;

/**
 * Makes the sample month: file paths, relative to this folder, and their contents. The same every time.
 * Nothing under `inbox/` says which lines belong together; that is in `truth.csv` only.
 */
export function generateHalden(): Map<string, string> {
  const { book: cards, payouts } = cardClearing();
  const bank = operatingBank(payouts);
  const funds = customerFunds();
  const between = intercompany(ecbConverter());
  const german = germanBank();
  const singapore = singaporeBank();
  const books = [bank, cards, funds, between, german, singapore];

  const files = new Map<string, string>();
  const usBooks = [bank, cards, funds, between].map(
    (book) => ({ book, side: 'ledger', account: book.account }) as const,
  );
  files.set(`${INBOX}/us-ledger.csv`, ledgerFile('U', usBooks));
  const deBooks = [
    { book: german, side: 'ledger', account: german.account },
    { book: between, side: 'statement', account: '2300' },
  ] as const;
  files.set(`${INBOX}/de-ledger.csv`, ledgerFile('D', deBooks));
  const sgBooks = [{ book: singapore, side: 'ledger', account: singapore.account }] as const;
  files.set(`${INBOX}/sg-ledger.csv`, ledgerFile('S', sgBooks));
  files.set(`${INBOX}/us-1010-statement.csv`, usBankFile(statementLines(bank, 'FHB', 88_101)));
  files.set(`${INBOX}/us-1020-settlement.csv`, settlementFile(statementLines(cards, 'PWL', 41_201)));
  files.set(`${INBOX}/us-1030-statement.csv`, usBankFile(statementLines(funds, 'FHT', 10_501)));
  files.set(`${INBOX}/de-1210-statement.xml`, camtFile(german, statementLines(german, 'NHB', 55_301)));
  files.set(`${INBOX}/sg-1110-statement.csv`, sgBankFile(statementLines(singapore, 'SGB', 72_401)));
  files.set(`${INBOX}/balances.csv`, balancesFile(books));
  files.set(`${INBOX}/open-items.csv`, openItemsFile(books));
  files.set('truth.csv', truthFile(books));
  return files;
}

/** Euro cents to US cents at the ECB's rate of a banking day, rounded half-even. */
function ecbConverter(): (euroCents: bigint, date: string) => bigint {
  const rows = readFileSync(join(HERE, 'fx/ecb-2026-03.csv'), 'utf8').trimEnd().split('\n');
  // The dollar stands first after the date; four decimals make it a whole number of ten-thousandths.
  const rates = new Map(
    rows.slice(1).map((row) => {
      const [date = '', dollars = ''] = row.split(',');
      const [whole = '', fraction = ''] = dollars.split('.');
      return [date, BigInt(whole + fraction.padEnd(4, '0'))] as const;
    }),
  );
  return (euroCents, date) => {
    const rate = rates.get(date);
    if (rate === undefined) throw new Error(`no ECB rate for ${date}`);
    const scaled = (euroCents < 0n ? -euroCents : euroCents) * rate;
    const [quotient, rest] = [scaled / 10_000n, scaled % 10_000n];
    const up = rest > 5_000n || (rest === 5_000n && quotient % 2n === 1n);
    const cents = quotient + (up ? 1n : 0n);
    return euroCents < 0n ? -cents : cents;
  };
}

if (import.meta.main) {
  for (const [path, text] of generateHalden()) {
    const target = join(HERE, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
