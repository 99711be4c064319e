import { addDays, daysBetween, isPlainDate } from '../policy/dates.ts';

const NONE: readonly never[] = [];
// 04.05.22, 18/08, 2026-08-18, and as six or four digits: 060923, 250328, 1808.
const WRITTEN =
  /(?<![\d.,/-])(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})([./-])(\d{1,2})(?:\5(?:\d{4}|\d{2}))?|(\d{4}|\d{6}))(?![\d,]|[./-]\d(?!\d?:)| ?%)/g;

// The months in the languages that bank texts come in; no shorter form that is a word of another kind.
const MONTHS = new Map(
  [
    'jan january januar janvier enero gennaio',
    'feb february februar fevrier febrero febbraio',
    'mar march marz maerz mrz mars marzo',
    'apr april avril abril aprile',
    'may mai mayo maggio',
    'jun june juni juin junio giugno',
    'jul july juli juillet julio luglio',
    'aug august aout agosto',
    'sep sept september septembre septiembre settembre',
    'oct october okt oktober octobre octubre ottobre',
    'nov november novembre noviembre',
    'dec december dez dezember decembre diciembre dicembre',
  ].flatMap((words, at) => words.split(' ').map((word) => [word, String(at + 1)] as const)),
);
const MONTH = [...MONTHS.keys()].join('|');
// 21MAR, 3 March, 3. Maerz, March 3.
const SPELLED = new RegExp(
  `(?<![a-z\\d])(?:(\\d{1,2})(?:st|nd|rd|th)?[ .-]*(${MONTH})(?![a-z])|(${MONTH})[ .-]*(\\d{1,2})(?:st|nd|rd|th)?(?!\\d))`,
  'g',
);
const MAY_SPELL = new RegExp(`\\d[ .a-z-]{0,4}(?:${MONTH})|(?:${MONTH})[ .-]*\\d`);

/**
 * The days that a text may name, as `MM-DD`: the day of a card sale in a posting of the day after. Where day and month can be
 * told either way, both; a four-digit number that could be a day is one.
 * @param text as `foldText` gives it.
 */
export function daysSaid(text: string): readonly string[] {
  const found = new Set<string>(MAY_RANGE.test(text) ? daysOfRanges(text) : NONE);
  const add = (month: string, day: string) => {
    const [m, d] = [parseInt(month, 10), parseInt(day, 10)];
    if (m >= 1 && m <= 12 && d >= 1 && d <= 31)
      found.add(`${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
  };
  for (const [, , isoMonth, isoDay, first, , second, digits] of text.matchAll(WRITTEN)) {
    if (isoMonth !== undefined && isoDay !== undefined) add(isoMonth, isoDay);
    if (first !== undefined && second !== undefined) {
      add(first, second);
      add(second, first);
    }
    if (digits === undefined) continue;
    // Of six digits two are a year, at either end.
    for (const four of digits.length === 4 ? [digits] : [digits.slice(0, 4), digits.slice(2)]) {
      add(four.slice(0, 2), four.slice(2));
      add(four.slice(2), four.slice(0, 2));
    }
  }
  if (MAY_SPELL.test(text))
    for (const [, day, month, monthFirst, dayLast] of text.matchAll(SPELLED))
      add(MONTHS.get(month ?? monthFirst ?? '') ?? '', day ?? dayLast ?? '');
  return found.size === 0 ? NONE : [...found];
}

// 03.05-05.05, 17.05. bis 19.05.2026
const RANGE =
  /(?<![\d.,/-])(\d{1,2})([./])(\d{1,2})(?:\2(?:\d{4}|\d{2})?)? ?(?:-|bis|to|au|al) ?(\d{1,2})\2(\d{1,2})(?!\d)/g;
const MAY_RANGE = /\d[.]? ?(?:-|bis|to|au|al) ?\d/;
// A weekend and the holidays around it.
const LONGEST_RANGE = 7;
// Any that has all days.
const LEAP_YEAR = '2024';

/** All days of a range, in either reading of its day and month, where it is a short one. */
function daysOfRanges(text: string): string[] {
  return [...text.matchAll(RANGE)].flatMap(([, a = '', , b = '', c = '', d = '']) =>
    [[dayOf(b, a), dayOf(d, c)] as const, [dayOf(a, b), dayOf(c, d)] as const].flatMap(([from, to]) => {
      if (!isPlainDate(from) || !isPlainDate(to)) return [];
      const days = daysBetween(from, to);
      if (days < 1 || days > LONGEST_RANGE) return [];
      return Array.from({ length: days + 1 }, (_, at) => addDays(from, at).slice(-NAMED));
    }),
  );
}

const NAMED = 'MM-DD'.length;

function dayOf(month: string, day: string): string {
  return `${LEAP_YEAR}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** True when one line names the other's day, which is not its own. */
export function namesDayOf(a: Dated, b: Dated): boolean {
  return (
    a.date !== b.date && (a.said.days.includes(b.date.slice(5)) || b.said.days.includes(a.date.slice(5)))
  );
}

interface Dated {
  readonly date: string;
  readonly said: { readonly days: readonly string[] };
}
