import { type Random, randomBelow } from "../lib/base/mod.ts";

/** Random numbers that depend on the seed alone (splitmix32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  u32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** An integer in 0 .. limit-1. */
  below(limit: number): number {
    return randomBelow(this, limit);
  }

  /** A number in `low` .. `high`. */
  between(low: number, high: number): number {
    return low + (high - low) * (this.u32() / 0x1_0000_0000);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.u32() / 0x1_0000_0000 < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Another stream, so that drawing more numbers in one place changes nothing in another. */
  fork(): SeededRandom {
    return new SeededRandom(this.u32());
  }
}
