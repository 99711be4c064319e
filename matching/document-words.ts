// The words that stand before numbers, and what they say of them.

const kindsOf = (words: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(words).flatMap(([kind, spelled]) =>
      spelled.split(' ').map((word) => [word, kind] as const),
    ),
  );

// Spellings of one kind of document, in the languages that bank texts come in.
const DOCUMENTS = kindsOf({
  INV:
    'INV INVS INVOICE INVOICES INVNO IV SI FV RE RG RGNR RENR RECHN RECHNUNG RECHNUNGEN RECHNUNGSNR RNR FACTURE FACTURES FACT FAC FACTURA FACTURAS ' +
    'FA FRA FT FTT FPR FPA FATT FATTURA FATTURE FATURA NF NFE FACTUUR FACTUURNR FACTNR FAKTURA FAKTURANR FAKT BILL BILLS',
  CHK: 'CHK CK CKS CHQ CHQS CHECK CHECKS CHEQUE CHEQUES CHEQUENO SCHECK SCHECKNR ASSEGNO TALON',
  CN: 'CN CRN CREDITNOTE GUTSCHRIFT GS NC NCR AVOIR CREDITNOTA KREDITNOTA ABONO',
  PO: 'PO ORDER ORDERS ORD ORDERNR BESTELLUNG BESTELLNR COMMANDE PEDIDO ORDINE AUFTRAG',
  PAYOUT: 'PAYOUT PYT',
  PMT: 'PMT PAY PAYMENT PYMT',
  REF: 'REF REFERENCE RF TRN',
  DEP: 'DEP DEPOSIT SLIP',
});
// What stands on every payment: whoever shares it shares a party, not an event.
const STANDING = kindsOf({
  ACCOUNT: 'ACC ACCT ACCOUNT KTO KONTO IBAN BIC',
  CUSTOMER:
    'KNR KD KDNR KUNDE KUNDENNR KUNDENNUMMER CUST CUSTOMER CUSTNO CLIENT CLIENTE CLI KUNDNR KLANT KLANTNR MEMBER MITGLIED MITGLIEDSNR',
  PREMISES: 'UNIT APT APARTMENT FLAT SUITE WOHNUNG WHG',
  CONTRACT: 'POLICY CONTRACT VERTRAG VERTRAGSNR VTR LEASE MANDATE MANDAT MREF',
  TERMINAL: 'TID TERMINAL MID MERCHANT STORE CARD KARTE',
  TAX: 'VAT UST USTID TAX STEUERNR EORI',
  PHONE: 'TEL PHONE',
});

// Between a kind and its number, or between the numbers of one list: Invoices no. 1001, 1002 and 1003.
const LINKS = new Set('NO NR N NUM NUMBER NUMERO AND UND ET FOR OF REF ID PAID PRESENTED'.split(' '));
// Before the last of a list: INV-975 TO 978.
const UP_TO = new Set('TO BIS THRU UNTIL AL TOT TIL'.split(' '));
// What says that a number follows, and not of what.
const NUMBERS = new Set('N NO NR NUM NUMBER NUMERO'.split(' '));
// Payers' references of the north and the Netherlands: an invoice's number and a check digit.
const CHECKED = new Set('KID OCR BETALINGSKENMERK'.split(' '));
const DENYING = new Set('NOT NICHT PAS'.split(' '));
const LABELLED = /^([A-Za-z]+)[ .:#-]+[A-Za-z]?\d/;

/** The kind of document that a word before a number says: `INV` of `INVOICE`; null for other words. */
export function documentKind(word: string): string | null {
  return DOCUMENTS.get(word) ?? null;
}

/** True for a word before an invoice's, a cheque's or another document's number. */
export function isDocumentWord(word: string): boolean {
  return DOCUMENTS.has(word);
}

/** True for a word before a number that stands on every payment: an account's, a customer's, a flat's. */
export function isStandingWord(word: string): boolean {
  return STANDING.has(word);
}

/** One word for all spellings of a kind of number; other words are themselves. */
export function kindOf(word: string): string {
  return DOCUMENTS.get(word) ?? STANDING.get(word) ?? word;
}

/** True for a word that says that a number follows: `No.` */
export function saysNumber(word: string): boolean {
  return NUMBERS.has(word);
}

/** True for a word before the last of a list of numbers: `TO`. */
export function isUpTo(word: string): boolean {
  return UP_TO.has(word);
}

/** True for a word before a number whose last digit is a check digit: `KID`. */
export function isChecked(word: string): boolean {
  return CHECKED.has(word);
}

/** True for a word that denies what follows it: `NOT FOR INV-88011` names what it is not about. */
export function denies(word: string): boolean {
  return DENYING.has(word);
}

/** True for a reference that a word says to stand on every payment, as `Unit C156`. */
export function isLabelledStanding(reference: string): boolean {
  const [, word = ''] = LABELLED.exec(reference.trim()) ?? [];
  return STANDING.has(word.toUpperCase());
}

/** The word that says what the next number is of: `RECHNUNG` of `Rechnung Nr.`, `RG` of `RG-NR.`, `CHECK` of `CHECK DEPOSIT`. */
export function kindBefore(word: string, before: string): string {
  const isKnown = DOCUMENTS.has(before) || STANDING.has(before) || NUMBERS.has(before);
  if (isKnown && (LINKS.has(word) || UP_TO.has(word))) return before;
  if (kindOf(before) === 'CHK' && kindOf(word) === 'DEP') return before;
  const pieces = word.split(/[-/_.]/);
  return pieces.find((piece) => DOCUMENTS.has(piece) || STANDING.has(piece)) ?? pieces.at(-1) ?? word;
}
