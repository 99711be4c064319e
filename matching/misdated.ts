/** True for two dates, `YYYY-MM-DD`, of which one may be the other mistyped: day and month changed places, or the year next to it. */
export function areMisdated(a: string, b: string): boolean {
  if (a === b) return false;
  const [year, month, day] = [a.slice(0, 4), a.slice(5, 7), a.slice(8)];
  if (b.slice(5) === a.slice(5)) return Math.abs(parseInt(year, 10) - parseInt(b, 10)) === 1;
  return b === `${year}-${day}-${month}`;
}
