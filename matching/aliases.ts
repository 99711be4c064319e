import type { Line } from './line.ts';
import type { Name } from './names.ts';

const OFTEN = 2;
const MOSTLY = 0.8;

/** For whom a name of the other side stood, mostly: so many times, of so many in all. Nearly always for one. */
interface Written {
  name: Name;
  times: number;
  all: number;
  others: Map<Name, number> | null;
}

/** How the other side was seen to write counterparties. */
export class Aliases {
  readonly #written = new Map<Name, Written>();

  /** Remembers how the other side wrote a counterparty in a pair that was found without doubt. */
  learn(ours: Line, theirs: Line): void {
    const [name, written] = [ours.name ?? ours.words, theirs.name ?? theirs.words];
    if (!name || !written) return;
    const known = this.#written.get(written);
    if (!known) {
      this.#written.set(written, { name, times: 1, all: 1, others: null });
      return;
    }
    known.all += 1;
    if (known.name === name) {
      known.times += 1;
      return;
    }
    const others = (known.others ??= new Map<Name, number>());
    const times = (others.get(name) ?? 0) + 1;
    others.set(name, times);
    if (times <= known.times) return;
    others.set(known.name, known.times);
    [known.name, known.times] = [name, times];
  }

  /** True when the other side was seen to write this name for another counterparty, time and again. */
  isOfAnother(ours: Line, theirs: Line): boolean {
    const known = this.of(theirs);
    const name = ours.name ?? ours.words;
    return known !== null && name !== null && known !== name;
  }

  /** The counterparty that a name of the other side stood for: several times, and hardly ever for another. */
  of(theirs: Line): Name | null {
    const written = theirs.name ?? theirs.words;
    const known = written ? this.#written.get(written) : undefined;
    return known && known.times >= OFTEN && known.times >= known.all * MOSTLY ? known.name : null;
  }
}
