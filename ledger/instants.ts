const EPOCH_SECONDS = Date.UTC(2000, 0, 1) / 1000;
const SECOND = 1_000_000;

/** Writes instants as the canonical bytes carry them: ISO 8601, UTC, microseconds; the same as `audit_time` in SQL. */
export class Instants {
  #second = Number.NaN;
  #written = '';

  /** @param micros microseconds since 2000 (what Postgres keeps); null, or beyond any calendar, gives no instant. */
  text(micros: number | null): string {
    if (micros === null) return '';
    if (!Number.isSafeInteger(micros)) return 'infinity';
    const second = Math.floor(micros / SECOND);
    // Events come by time, many in a second.
    if (second !== this.#second) {
      this.#second = second;
      this.#written = new Date((EPOCH_SECONDS + second) * 1000).toISOString().slice(0, -4);
    }
    return `${this.#written}${String(micros - second * SECOND).padStart(6, '0')}Z`;
  }
}
