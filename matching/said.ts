import { periodsIn } from './periods.ts';
import { daysSaid } from './said-days.ts';
import { countIn, labelsIn, partIn, statedFees } from './stated.ts';

/** What a line's text says beside whom it is of and which document it is about. */
export interface Said {
  /** True when it takes something back. */
  readonly reverses: boolean;
  /** True when it is paid in place of something that was taken back. */
  readonly replaces: boolean;
  /** Months and weeks that it is about. */
  readonly periods: readonly string[];
  /** True when it is about a bank's own fees, interest or loans. */
  readonly bankOwn: boolean;
  /** True when it is about many payments at once: a deposit, a payroll, a payout, a payment run. */
  readonly collective: boolean;
  /** True when it was exchanged from another currency. */
  readonly exchanges: boolean;
  /** True when it is a part of what is owed. */
  readonly inPart: boolean;
  /** Short numbers that it gives to things, as `unit 4`. */
  readonly labels: readonly string[];
  /** Fees and deductions that it states, in minor units of the line's currency. */
  readonly fees: readonly bigint[];
  /** How many payments the line is; null when it does not say. */
  readonly count: number | null;
  /** Which part of how many the line is, as `2/4`; null when it does not say. */
  readonly part: string | null;
  /** Days that it names, as `MM-DD`. */
  readonly days: readonly string[];
  /** True when it says which document it is not about. */
  readonly denies: boolean;
  /** The brand of the cards that it was paid with; null when it names none. */
  readonly card: string | null;
}

const REVERSES =
  /\b(?:revers\w*|rev|void\w*|storn\w*|estorn\w*|cancel\w*|correction|correct\w*|chargeback\w*|cbk|retur\w*|retour|retoure|rejet\w*|unpaid|bounced|nsf|dishonou?r\w*|rueckbuchung|ruckbuchung|rueckzahlung|ruckzahlung|rueckruf|impaye\w*|devol\w*|rueckgabe|ruckgabe|rue?cklastschrift\w*|rls|extourne|annul\w*|anula\w*|insolut\w*|zwrot\w*|terugboek\w*|tilbakefor\w*|tilbagefor\w*|aterfor\w*|aterbetal\w*|palautus|visszautal\w*|vratka|vraceni|sztorn\w*|oikaisu|iade\w*|vozvrat\w*|povernenn\w*|epistrofi\w*|antilogism\w*|fanjin|tuikuan|rtd|undo|refund\w*|contra|reclass\w*|umbuchung\w*)\b/;

// `Reissued payment (replaces voided #4515)` takes nothing back itself.
const REPLACES = /\b(?:re-?issue\w*|replace[sd]?|replacement|replacing|ersetzt|ersatz\w*)\b/;

// What a bank does on its own account, in its own words; a card that is charged pays somebody.
const BANK_OWN =
  /\b(?:fees?|(?<!\bcard )charges?|interest|zins\w*|gebuhr\w*|gebuehr\w*|entgelt\w*|frais|commission\w*|comision\w*|comissao|tarifa\w*|prowizj\w*|provize|gebyr\w*|bankkosten|palvelumaksu|tilinhoitomaksu|komissi\w*|komisi\w*|promithei\w*|exoda trapez\w*|shouxufei|loan|darlehen|kredit\w*|amortering\w*|avgift\w*|rente|overdraft)\b/;

// One movement of a bank for many payments.
const COLLECTIVE =
  /\b(?:deposit\w*|deps?|night drop|en efectivo|versements?|storting\w*|einzahlung\w*|batch\w*|bulk|payroll|salar\w*|wages?|lohn\w*|gehalt\w*|gehaelt\w*|paie|nomina|sammel\w*|sammler|collective|lockbox|settlement|payouts?|payment run|zahllauf|multiple|merchant|bankcard|acquir\w*|remise|netting|bacs|suppliers|vendors|creditors|payables|receivables|bill\.?com|takings|and others|and following|et al|et suivant\w*|e altr[ei]|y otros|usw|etc|sepa dd|direct debits|bankgiro|plusgiro|ocr giro|innbetalinger|indbetalinger|insattning\w*|counter credit|cash & cheques|sealbag\w*|innskudd\w*|nattsafe|innbetalt kontant|versamento\w*|ingreso (?:de )?cheques?|wplata gotowk\w*|wplatomat\w*|vklad\w*|talletus|kateispano|dognboks|indbetaling automat|yatirma|depunere\w*|vznos nalich\w*|katathes\w*|xianjincunkuan)\b|\b[au]\. ?[ao]\.|\+ ?\d+ more\b|\w \+ ?\d{1,2}$/;

// `GBP 31.60 FX 1.27`
const EXCHANGES =
  /\b(?:fx|foreign|exch(?:ange)?(?: rate)?|umrechnung\w*|wechselkurs|kurs|cours de change|cambio|conversion)\b/;

// A payment that says that it is not the whole.
const IN_PART =
  /\b(?:partial|part[ -]?(?:payment|pmt|pymt|paid)|on account|instal?lment|acconto|acompte|anticipo|parcial|anzahlung|teilzahlung|teilbetrag|abschlag\w*|aconto|a conto|delbetal\w*|deelbetaling)\b/;

const DENIES = /\b(?:not|nicht|pas|non|niet|no) (?:for|fuer|fur|pour|per|para|voor)\b/;
const CARD =
  /\b(?:(visa|vpay)|(mastercard|master card|maestro|mc)|(amex|american express)|(girocard|ec[ -]?(?:karte|cash|umsatz))|(diners)|(discover)|(jcb))\b/;
const CARDS = ['visa', 'mastercard', 'amex', 'girocard', 'diners', 'discover', 'jcb'];

function cardIn(text: string): string | null {
  const found = CARD.exec(text)?.slice(1) ?? [];
  return CARDS[found.findIndex((brand) => brand !== undefined)] ?? null;
}

// One for all lines whose text says nothing of it, as that of most does.
const NOTHING: Said = {
  reverses: false,
  replaces: false,
  periods: [],
  bankOwn: false,
  collective: false,
  exchanges: false,
  inPart: false,
  labels: [],
  fees: [],
  count: null,
  part: null,
  days: [],
  denies: false,
  card: null,
};

// Most texts say none of this, which is sooner known by one look than by six.
const ANY = new RegExp(
  [REVERSES, REPLACES, BANK_OWN, COLLECTIVE, EXCHANGES, IN_PART].map(({ source }) => source).join('|'),
);

/** @param text as `foldText` gives it. @param amount of the line, in minor units of its currency. */
export function saidIn(text: string, currency: string, amount: bigint): Said {
  const any = ANY.test(text);
  const replaces = any && REPLACES.test(text);
  const said: Said = {
    reverses: any && !replaces && REVERSES.test(text),
    replaces,
    periods: periodsIn(text),
    bankOwn: any && BANK_OWN.test(text),
    collective: any && COLLECTIVE.test(text),
    exchanges: any && EXCHANGES.test(text),
    inPart: any && IN_PART.test(text),
    labels: labelsIn(text),
    fees: statedFees(text, currency, amount),
    count: countIn(text),
    part: partIn(text),
    days: daysSaid(text),
    denies: DENIES.test(text),
    card: cardIn(text),
  };
  return saysNothing(said) ? NOTHING : said;
}

function saysNothing({
  reverses,
  replaces,
  periods,
  bankOwn,
  collective,
  exchanges,
  inPart,
  labels,
  fees,
  count,
  part,
  days,
  denies,
  card,
}: Said) {
  const lists = periods.length + labels.length + fees.length + days.length;
  const isSaid = denies || reverses || replaces || bankOwn || collective || exchanges || inPart;
  return !isSaid && lists === 0 && count === null && part === null && card === null;
}
