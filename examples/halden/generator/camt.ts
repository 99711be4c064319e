import { type Book, type Draft, PERIOD } from './book.ts';
import { openingOf, plain, total } from './files.ts';

/** The invented account of the German company. */
export const IBAN = 'DE02120300000000202051';

/** A statement of account for the month, ISO 20022 camt.053.001.08. Gives itemised lines their ids. */
export function camtFile(book: Book, lines: readonly Draft[]): string {
  const opening = openingOf(book, 'statement');
  const entries = toEntries(lines);
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt>
<GrpHdr><MsgId>NHB-${PERIOD}</MsgId><CreDtTm>2026-04-01T05:12:44+02:00</CreDtTm></GrpHdr>
<Stmt>
<Id>NHB-202603-1</Id>
<ElctrncSeqNb>3</ElctrncSeqNb>
<CreDtTm>2026-04-01T05:12:44+02:00</CreDtTm>
<FrToDt><FrDtTm>${PERIOD}-01T00:00:00+01:00</FrDtTm><ToDtTm>${PERIOD}-31T23:59:59+02:00</ToDtTm></FrToDt>
<Acct><Id><IBAN>${IBAN}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Halden Instruments GmbH</Nm></Ownr></Acct>
${balance('OPBD', opening, `${PERIOD}-01`)}
${balance('CLBD', opening + total(lines), `${PERIOD}-31`)}
${balance('CLAV', opening + total(lines) + 5_000_000n, `${PERIOD}-31`)}
${entries.map(entry).join('\n')}
${pending()}
</Stmt>
</BkToCstmrStmt>
</Document>
`;
}

/** Lines that share a `BATCH …` group are one entry with several transactions. */
function toEntries(lines: readonly Draft[]): Draft[][] {
  const batches = new Map<string, Draft[]>();
  for (const line of lines) {
    const key = line.group.startsWith('BATCH ') ? line.group : line.id;
    batches.set(key, [...(batches.get(key) ?? []), line]);
  }
  for (const batch of batches.values()) {
    const first = batch[0]?.id ?? '';
    if (batch.length > 1) batch.forEach((line, at) => (line.id = `${first}/${at + 1}`));
  }
  return [...batches.values()];
}

function balance(code: string, minor: bigint, date: string): string {
  return (
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor)}${indicator(minor)}` +
    `<Dt><Dt>${date}</Dt></Dt></Bal>`
  );
}

function entry(lines: readonly Draft[]): string {
  const [first] = lines;
  if (first === undefined) return '';
  const sum = total(lines);
  const id = lines.length > 1 ? first.id.slice(0, first.id.indexOf('/')) : first.id;
  const batch =
    lines.length > 1
      ? `<Btch><PmtInfId>${first.group}</PmtInfId><NbOfTxs>${lines.length}</NbOfTxs></Btch>`
      : first.group === ''
        ? ''
        : `<Btch><PmtInfId>${xml(first.group)}</PmtInfId></Btch>`;
  return (
    `<Ntry><NtryRef>${id}</NtryRef>${amount(sum)}${indicator(sum)}<Sts><Cd>BOOK</Cd></Sts>` +
    `<BookgDt><Dt>${first.date}</Dt></BookgDt><ValDt><Dt>${first.date}</Dt></ValDt><AcctSvcrRef>${id}</AcctSvcrRef>` +
    `<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${sum < 0n ? 'ICDT' : 'RCDT'}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>` +
    `<NtryDtls>${batch}${lines.map(details).join('')}</NtryDtls></Ntry>`
  );
}

function details(line: Draft): string {
  const party = `<Pty><Nm>${xml(line.counterparty)}</Nm></Pty>`;
  const who = line.minor < 0n ? `<Cdtr>${party}</Cdtr>` : `<Dbtr>${party}</Dbtr>`;
  const parties = line.counterparty === '' ? '' : `<RltdPties>${who}</RltdPties>`;
  const reference = line.reference === '' ? 'NOTPROVIDED' : xml(line.reference);
  return (
    `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs>${amount(line.minor)}${indicator(line.minor)}` +
    `${parties}<RmtInf><Ustrd>${xml(line.memo)}</Ustrd></RmtInf></TxDtls>`
  );
}

/** An entry that is not booked yet, which a statement may carry and a reader must leave out. */
function pending(): string {
  return (
    `<Ntry><NtryRef>PENDING1</NtryRef>${amount(77_700n)}${indicator(77_700n)}<Sts><Cd>PDNG</Cd></Sts>` +
    `<AcctSvcrRef>PENDING1</AcctSvcrRef></Ntry>`
  );
}

const amount = (minor: bigint): string => `<Amt Ccy="EUR">${plain(minor < 0n ? -minor : minor)}</Amt>`;
const indicator = (minor: bigint): string => `<CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;
const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
