const MOST = 65_536;

/**
 * What is made of texts that come again and again, as names do, made once each; for very many different ones, of the first
 * {@link MOST} or so many only, so that memory is bounded.
 */
export function remembered<Value extends NonNullable<unknown> | null>(
  make: (text: string) => Value,
  most = MOST,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= most) return make(text);
    // A copy: what is cut out of a larger text keeps all of that text in memory.
    const own = Buffer.from(text).toString();
    const value = make(own);
    known.set(own, value);
    return value;
  };
}
