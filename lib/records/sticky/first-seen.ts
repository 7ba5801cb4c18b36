/** A power of two. */
const PLACES = 1024;

/**
 * When keys were seen for the first time of late, by their hashes, in a table that forgets: of keys
 * that come once, and most do, nothing is kept and nothing made.
 */
export class FirstSeen {
  #hashes: Uint32Array | undefined;
  #times_ms = new Float64Array(0);

  /**
   * Notes that a key was seen, by its hash.
   *
   * @returns when it was seen within the last `within_ms`; `undefined` if that is not known
   */
  note(hash: number, now_ms: number, within_ms: number): number | undefined {
    const hashes = this.#hashes ??= this.#begin();
    const place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    const seen_ms = this.#times_ms[place]!;
    if (hashes[place] === hash && now_ms - seen_ms <= within_ms) return seen_ms;
    hashes[place] = hash;
    this.#times_ms[place] = now_ms;
    return undefined;
  }

  #begin(): Uint32Array {
    this.#times_ms = new Float64Array(PLACES).fill(-Infinity);
    return new Uint32Array(PLACES);
  }
}
