import { type Book, type Draft, PERIOD, type Side } from './book.ts';
import { type Random, seeded } from './random.ts';

/** Minor units as a plain decimal with two digits, as in `-1234.50`. */
export function plain(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The same with thousands separators, as banks print it. */
export function printed(minor: bigint): string {
  const [whole = '', cents = ''] = plain(minor).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

/** Rows as CSV with the delimiter, quoted where needed, ending in a line break. */
export function csv(rows: readonly (readonly string[])[], delimiter = ','): string {
  const cell = (text: string): string =>
    /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((row) => `${row.map(cell).join(delimiter)}\n`).join('');
}

/** Orders drafts by date and, within a day, by lot: the order must not give away what belongs together. */
export function inOrder<Item extends { readonly draft: Draft }>(
  random: Random,
  items: readonly Item[],
): Item[] {
  const mixed = random.shuffle(items);
  return mixed.sort((one, two) =>
    one.draft.date < two.draft.date ? -1 : one.draft.date > two.draft.date ? 1 : 0,
  );
}

interface Booked {
  readonly draft: Draft;
  readonly account: string;
  readonly currency: string;
}

/** Ledger lines of one company as its accounting system exports them; gives the drafts their entry ids. */
export function ledgerFile(
  prefix: string,
  books: readonly { book: Book; side: Side; account: string }[],
): string {
  const random = seeded(prefix.charCodeAt(0) * 7919);
  const booked = (which: 'lines' | 'carriedIn'): Booked[] =>
    books.flatMap(({ book, side, account }) =>
      book[which][side].map((draft) => ({ draft, account, currency: book.currency[side] })),
    );
  number(inOrder(random, booked('carriedIn')), `${prefix}02`);
  const lines = inOrder(random, booked('lines'));
  number(lines, `${prefix}03`);
  const head = 'entry_id posting_date account amount currency reference counterparty memo batch'.split(' ');
  const inverted = new Set(books.filter(({ side }) => side === 'statement').map(({ account }) => account));
  return csv([
    head,
    ...lines.map(({ draft, account, currency }) => [
      draft.id,
      draft.date,
      account,
      plain(inverted.has(account) ? -draft.minor : draft.minor),
      currency,
      draft.reference,
      draft.counterparty,
      draft.memo,
      draft.group,
    ]),
  ]);
}

/** Orders a book's statement side and gives its drafts the bank's ids. */
export function statementLines(book: Book, prefix: string, from: number): Draft[] {
  const random = seeded(from);
  const wrap = (drafts: readonly Draft[]): { draft: Draft }[] => drafts.map((draft) => ({ draft }));
  number(inOrder(random, wrap(book.carriedIn.statement)), `${prefix}B`);
  const lines = inOrder(random, wrap(book.lines.statement));
  number(lines, prefix, from);
  return lines.map(({ draft }) => draft);
}

function number(items: readonly { readonly draft: Draft }[], prefix: string, from = 1): void {
  items.forEach(({ draft }, at) => {
    draft.id = `${prefix}${String(from + at).padStart(4, '0')}`;
  });
}

const american = (date: string): string => `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)}`;
const british = (date: string): string => `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)}`;

/** A US bank's download: one signed amount, names in a short field. */
export function usBankFile(lines: readonly Draft[]): string {
  const head = [
    'Transaction ID',
    'Posting Date',
    'Amount',
    'Reference',
    'Name',
    'Description',
    'Deposit Slip',
  ];
  const rows = lines.map((line) => [
    line.id,
    american(line.date),
    printed(line.minor),
    line.reference,
    line.counterparty,
    line.memo,
    line.group,
  ]);
  return csv([head, ...rows]);
}

/** A card processor's settlement report: net per payout with the fee beside it. */
export function settlementFile(lines: readonly Draft[]): string {
  const head = 'line_id available_on net fee currency reference merchant description payout_id'.split(' ');
  const rows = lines.map((line) => [
    line.id,
    line.date,
    plain(line.minor),
    line.fee === null ? '' : plain(line.fee),
    'USD',
    line.reference,
    line.counterparty,
    line.memo,
    line.group,
  ]);
  return csv([head, ...rows]);
}

/** A Singapore bank's download: withdrawals and deposits in two columns, semicolons between. */
export function sgBankFile(lines: readonly Draft[]): string {
  const head = ['Bank Ref', 'Transaction Date', 'Value Date', 'Withdrawal', 'Deposit'];
  const rows = lines.map((line) => [
    line.id,
    british(line.date),
    british(line.date),
    line.minor < 0n ? printed(-line.minor) : '',
    line.minor < 0n ? '' : printed(line.minor),
    line.reference,
    line.counterparty,
    line.memo,
    line.group,
  ]);
  return csv([[...head, 'Client Ref', 'Counterparty', 'Particulars', 'Batch No'], ...rows], ';');
}

/** Adds up minor units. */
export const total = (drafts: readonly Draft[]): bigint => drafts.reduce((so, draft) => so + draft.minor, 0n);

/** Where a side stands on the first of the month; the ledger differs by the items carried in. */
export function openingOf(book: Book, side: Side): bigint {
  const { ledger, statement } = book.carriedIn;
  return side === 'statement' ? book.opening : book.opening + total(ledger) - total(statement);
}

/** `balances.csv`: opening and closing of both sides of every account. */
export function balancesFile(books: readonly Book[]): string {
  const rows = books.flatMap((book) =>
    (['ledger', 'statement'] as const).map((side) => {
      const opening = openingOf(book, side);
      const closing = opening + total(book.lines[side]);
      return [book.entity, book.account, side, book.currency[side], plain(opening), plain(closing)];
    }),
  );
  return csv(['entity account side currency opening closing'.split(' '), ...rows]);
}

/** `open-items.csv`: what was open at the end of February. */
export function openItemsFile(books: readonly Book[]): string {
  const head = 'entity account side id date amount currency reference counterparty description group'.split(
    ' ',
  );
  const rows = books.flatMap((book) =>
    (['ledger', 'statement'] as const).flatMap((side) =>
      [...book.carriedIn[side]]
        .sort((one, two) => (one.id < two.id ? -1 : 1))
        .map((draft) => [
          book.entity,
          book.account,
          side,
          draft.id,
          draft.date,
          plain(draft.minor),
          book.currency[side],
          draft.reference,
          draft.counterparty,
          draft.memo,
          draft.group,
        ]),
    ),
  );
  return csv([head, ...rows]);
}

/** `truth.csv`: the answer key. Ids of one side are separated by a space. */
export function truthFile(books: readonly Book[]): string {
  const head = 'entity account truth_id match_type ledger_ids statement_ids reason note'.split(' ');
  const ids = (drafts: readonly Draft[]): string =>
    drafts
      .map((draft) => draft.id)
      .sort()
      .join(' ');
  const rows = books.flatMap((book) =>
    book.truths
      .map((truth) => ({ ...truth, key: ids([...truth.ledger, ...truth.statement]) }))
      .sort((one, two) => (one.key < two.key ? -1 : 1))
      .map((truth, at) => [
        book.entity,
        book.account,
        `${book.entity}-${book.account}-T${String(at + 1).padStart(3, '0')}`,
        truth.type,
        ids(truth.ledger),
        ids(truth.statement),
        truth.reason,
        truth.note,
      ]),
  );
  return csv([head, ...rows]);
}

export const INBOX = `inbox/${PERIOD}`;
