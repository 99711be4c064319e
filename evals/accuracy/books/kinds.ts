/** Each kind of event as often as its rate says, of a thousand. */
export function* kindsOf<Kind extends string>(
  rates: Readonly<Record<Kind, number>>,
  events: number,
): Generator<Kind> {
  for (const [kind, rate] of Object.entries<number>(rates))
    for (let left = Math.round((rate * events) / 1000); left > 0; left -= 1) yield kind as Kind;
}
