/** Upper bounds of the buckets, in ms: four to a decade. The last bucket has no bound. */
export const TURN_BUCKETS_MS: readonly number[] = [
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1000,
  5000,
];

/** How long the turns of a loop took: a histogram, the sum and the longest. */
export class TurnTimes {
  readonly counts: Uint32Array = new Uint32Array(TURN_BUCKETS_MS.length + 1);
  longest_ms = 0;
  sum_ms = 0;

  add(time_ms: number): void {
    this.sum_ms += time_ms;
    if (time_ms > this.longest_ms) this.longest_ms = time_ms;
    let bucket = 0;
    while (bucket < TURN_BUCKETS_MS.length && time_ms > TURN_BUCKETS_MS[bucket]!) bucket++;
    this.counts[bucket]!++;
  }

  /** The bound of the bucket below which `share` (0 .. 1) of all turns lie; Infinity beyond. */
  quantile_ms(share: number): number {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    let seen = 0;
    for (const [i, bound_ms] of TURN_BUCKETS_MS.entries()) {
      seen += this.counts[i]!;
      if (seen >= total * share) return bound_ms;
    }
    return Infinity;
  }

  reset(): void {
    this.counts.fill(0);
    this.longest_ms = 0;
    this.sum_ms = 0;
  }
}
