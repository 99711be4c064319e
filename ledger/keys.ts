import anyAscii from 'any-ascii';

// Words that say a company's legal form and nothing about which company it is.
const LEGAL_FORMS = new Set(
  (
    'inc incorporated corp corporation co company llc llp lp ltd limited plc gmbh mbh gesmbh ag kg kgaa ohg gbr se ' +
    'sa sas sasu sarl eurl srl spa bv nv bvba oy oyj ab as asa aps ehf ltda lda doo ood eood sro zrt kft uab ' +
    'pte pty pvt bhd sdn kk jsc pjsc ooo oao pao zao tov'
  ).split(' '),
);

/** A reference as it is compared: letters and digits only, upper case; null when nothing is left. */
export function referenceKey(reference: string | null): string | null {
  const key = foldText(reference ?? '')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '');
  return key === '' ? null : key;
}

/** A counterparty as it is compared: without accents, punctuation, case and legal form; null when nothing is left. */
export function counterpartyKey(counterparty: string | null): string | null {
  if (counterparty === null) return null;
  const folded = foldText(counterparty);
  // S.A. and B.V. are one word each.
  const spelled = folded.includes('.') ? folded.replace(/\b([a-z])\.(?=[a-z]\b)/g, '$1') : folded;
  const words: readonly string[] | null = spelled.match(/[\p{L}\p{N}]+/gu);
  if (words === null) return null;
  let telling = '';
  for (const word of words) if (!LEGAL_FORMS.has(word)) telling += telling === '' ? word : ` ${word}`;
  return telling === '' ? words.join(' ') : telling;
}

// Letters, their marks and digits of any alphabet.
const WRITTEN = /[[\p{L}\p{M}\p{Nd}]--[\x00-\x7f]]+/gv;

/**
 * Lower case, and Latin letters without accents and plain digits for those of any alphabet (`Łódź` lodz, `Ромашка` romashka);
 * full-width and ligature forms made plain; UTF-8 that was read as Latin 1 read as such.
 */
export function foldText(text: string): string {
  // Nearly every text of a bank has nothing to fold.
  if (isAscii(text)) return text.toLowerCase();
  return readAsUtf8(text)
    .normalize('NFKC')
    .replace(WRITTEN, (written) => anyAscii(written).replaceAll("'", ''))
    .toLowerCase();
}

/**
 * Reference keys that name no single event: numbers of accounts, customers, contracts, flats and the like, which stand on every
 * payment, and dates and months. Postgres has it as names_no_event(), migration 0021.
 */
export const STANDING_REFERENCE =
  '^(ACC|ACCT|ACCOUNT|KTO|KONTO|KNR|KD|KDNR|KUNDE|KUNDENNR|CUST|CUSTOMER|CLIENT|MEMBER|MEM|MITGLIED|POLICY|CONTRACT|VERTRAG|' +
  'VTR|LEASE|MANDATE|MANDAT|MREF|TID|TERMINAL|MID|MERCHANT|VAT|UST|USTID|TAX|IBAN|CARD|TEL|PHONE)[0-9]' +
  '|^(UNIT|APT|APARTMENT|FLAT|SUITE)[A-Z]?[0-9]' +
  '|^[A-Z][A-Z][0-9][0-9][A-Z0-9]{4}[0-9]{7}[A-Z0-9]*$' +
  '|^(19|20)[0-9][0-9](0[1-9]|1[0-2])([0-2][0-9]|3[01])?$' +
  '|^(JAN|FEB|MAR|APR|MAY|MAI|JUN|JUL|AUG|SEP|OCT|OKT|NOV|DEC|DEZ)[A-Z]*(20)?[0-9][0-9]$';
const standing = new RegExp(STANDING_REFERENCE);

/** True when a reference key can name one event: four characters or more, a digit among them, and no standing number. */
export function isSpecific(referenceKey: string): boolean {
  return referenceKey.length >= 4 && /\d/.test(referenceKey) && !isStanding(referenceKey);
}

/** True for a reference key that stands on every payment of an account, customer or contract, or is a date. */
export function isStanding(referenceKey: string): boolean {
  return standing.test(referenceKey);
}

/** `Müller` where UTF-8 was read as Latin 1 on its way (`MÃ¼ller`); any other text as it is. */
function readAsUtf8(text: string): string {
  if (!/[\u00c2-\u00f4][\u0080-\u00bf]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text;
  const read = Buffer.from(text, 'latin1').toString('utf8');
  return read.includes('\ufffd') ? text : read;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}
