const FIRST = 1 << 12;

/**
 * Which ids a file has used, and on which line, in 24 bytes an id at most: a million of them as strings are 150 MB.
 * It keeps 64 bits of an id. Two different ids of a million share them with a chance of one in 30 million; the file would
 * then be refused for a double id that it does not have, and nothing worse.
 */
export class SeenIds {
  #capacity = FIRST;
  #count = 0;
  #hashes = new Uint32Array(2 * FIRST);
  #lines = new Uint32Array(FIRST);

  /** @returns the line (above zero) on which the same id stood before, null for a new one. */
  add(scope: string, id: string, line: number): number | null {
    let [high, low] = [0x9e3779b9, 0x85ebca6b];
    for (let at = 0; at < scope.length; at += 1) {
      const code = scope.charCodeAt(at);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x5bd1e995);
      low ^= low >>> 15;
    }
    // No character of an id is this one, so scope and id cannot run into each other.
    high = Math.imul(high ^ 0x1_0001, 0x01000193);
    low = Math.imul(low ^ 0x1_0001, 0x5bd1e995);
    for (let at = 0; at < id.length; at += 1) {
      const code = id.charCodeAt(at);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x5bd1e995);
      low ^= low >>> 15;
    }
    high = mixed(high ^ id.length);
    low = mixed(low + high);
    if (2 * (this.#count + 1) > this.#capacity) this.#grow();
    return this.#put(high >>> 0, low >>> 0, line);
  }

  #put(high: number, low: number, line: number): number | null {
    const mask = this.#capacity - 1;
    let slot = low & mask;
    for (;;) {
      const known = this.#lines[slot] ?? 0;
      if (known === 0) break;
      if (this.#hashes[2 * slot] === high && this.#hashes[2 * slot + 1] === low) return known;
      slot = (slot + 1) & mask;
    }
    this.#hashes[2 * slot] = high;
    this.#hashes[2 * slot + 1] = low;
    this.#lines[slot] = line;
    this.#count += 1;
    return null;
  }

  #grow(): void {
    const [hashes, lines, capacity] = [this.#hashes, this.#lines, this.#capacity];
    this.#capacity = 2 * capacity;
    this.#hashes = new Uint32Array(2 * this.#capacity);
    this.#lines = new Uint32Array(this.#capacity);
    this.#count = 0;
    for (let slot = 0; slot < capacity; slot += 1) {
      const line = lines[slot] ?? 0;
      if (line > 0) this.#put(hashes[2 * slot] ?? 0, hashes[2 * slot + 1] ?? 0, line);
    }
  }
}

// The finaliser of MurmurHash3: every bit of the input reaches every bit of the output.
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
