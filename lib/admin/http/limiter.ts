import { MAX_REMEMBERED_ASKERS } from "../../limits/mod.ts";

/** Requests of one asker: so many at once, and so many in a second for ever. */
export interface RateLimit {
  readonly burst: number;
  readonly per_s: number;
}

interface Bucket {
  tokens: number;
  at_ms: number;
}

/** Bounds how often each asker may ask: token buckets, a bounded number of them. */
export class Limiter {
  readonly #limit: RateLimit;
  readonly #now_ms: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, now_ms: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now_ms = now_ms;
  }

  /** Takes `cost` for a request of `asker`; false when there is not so much left. */
  take(asker: string, cost = 1): boolean {
    const { burst, per_s } = this.#limit;
    const now_ms = this.#now_ms();
    const bucket = this.#buckets.get(asker) ?? { tokens: burst, at_ms: now_ms };
    this.#buckets.delete(asker);
    this.#buckets.set(asker, bucket);
    if (this.#buckets.size > MAX_REMEMBERED_ASKERS) {
      this.#buckets.delete(this.#buckets.keys().next().value!);
    }
    bucket.tokens = Math.min(burst, bucket.tokens + (now_ms - bucket.at_ms) / 1000 * per_s);
    bucket.at_ms = now_ms;
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  }
}
