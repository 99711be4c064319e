// Months as bank texts name them, by their number.
const MONTHS = new Map(
  [
    'january januar janvier enero gennaio januari jan',
    'february februar fevrier febrero febbraio februari feb',
    'march marz maerz mars marzo maart mar mrz',
    'april avril abril aprile apr',
    'may mai mayo maggio mei maj',
    'june juni juin junio giugno jun',
    'july juli juillet julio luglio jul',
    'august aout agosto augustus augusti aug',
    'september septembre septiembre settembre sep sept',
    'october oktober octobre octubre ottobre oct okt',
    'november novembre noviembre nov',
    'december dezember decembre diciembre dicembre desember dec dez',
  ].flatMap((names, at) => names.split(' ').map((name) => [name, `M${at + 1}`] as const)),
);
const WEEK = /\b(?:week|wk|kw|woche|semaine|uge|vecka)\s*(\d{1,2})\b/g;
// Most texts name none.
const MONTH = new RegExp(`(?<![a-z])(?:${[...MONTHS.keys()].join('|')})(?![a-z])`, 'g');
const NONE: readonly never[] = [];

/** True for a number like 0326, which as a batch or a group is March 2026. */
export function isMonthNumber(text: string): boolean {
  return /^(?:0[1-9]|1[0-2])2\d$/.test(text.trim());
}

/** The months and weeks that a text is about, as `M3` and `W12`. @param text as `foldText` gives it. */
export function periodsIn(text: string): readonly string[] {
  const months = text.match(MONTH)?.flatMap((word) => MONTHS.get(word) ?? []) ?? [];
  const weeks = Array.from(text.matchAll(WEEK), ([, week]) => `W${parseInt(week ?? '0', 10)}`);
  return months.length + weeks.length === 0 ? NONE : [...new Set([...months, ...weeks])];
}

/** True when two texts are about different months, or different weeks: two instalments, not one. */
export function otherPeriods(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return false;
  return ['M', 'W'].some((unit) => {
    const [one, other] = [a, b].map((periods) => periods.filter((period) => period.startsWith(unit)));
    if (!one || !other || one.length === 0 || other.length === 0) return false;
    return !one.some((period) => other.includes(period));
  });
}
