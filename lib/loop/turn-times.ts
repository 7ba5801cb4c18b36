import type { TimeFigures } from "../wire/mod.ts";

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

/** How long something took that happens often, as the turns of a loop: a histogram. */
export class TurnTimes {
  readonly counts: Uint32Array = new Uint32Array(TURN_BUCKETS_MS.length + 1);
  longest_ms = 0;
  sum_ms = 0;
  #recent_ms = 0;

  add(time_ms: number): void {
    this.sum_ms += time_ms;
    if (time_ms > this.longest_ms) this.longest_ms = time_ms;
    if (time_ms > this.#recent_ms) this.#recent_ms = time_ms;
    let bucket = 0;
    while (bucket < TURN_BUCKETS_MS.length && time_ms > TURN_BUCKETS_MS[bucket]!) bucket++;
    this.counts[bucket]!++;
  }

  /** How many there were. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The longest since this was asked last. */
  takeRecent_ms(): number {
    const recent_ms = this.#recent_ms;
    this.#recent_ms = 0;
    return recent_ms;
  }

  /** The bound of the bucket below which `share` (0 .. 1) of all lie; the longest beyond the last. */
  quantile_ms(share: number): number {
    const wanted = this.count * share;
    let seen = 0;
    for (const [i, bound_ms] of TURN_BUCKETS_MS.entries()) {
      seen += this.counts[i]!;
      if (seen >= wanted) return seen === 0 ? 0 : bound_ms;
    }
    return this.longest_ms;
  }

  /** The figures that are told. */
  figures(): TimeFigures {
    return {
      count: this.count,
      p50_ms: this.quantile_ms(0.5),
      p99_ms: this.quantile_ms(0.99),
      p999_ms: this.quantile_ms(0.999),
      longest_ms: this.longest_ms,
      sum_ms: this.sum_ms,
    };
  }

  reset(): void {
    this.counts.fill(0);
    this.longest_ms = 0;
    this.sum_ms = 0;
  }
}
