import { type Clock, systemClock } from "../base/mod.ts";
import { LEAST_LOOK_INTERVAL_MS } from "../limits/mod.ts";

/** Other than for a daemon's: what a test hands over. */
export interface CachedOptions {
  /** Between the beginnings of two look-ups, whatever happens. */
  readonly least_ms?: number;
  readonly clock?: Clock;
}

/** A look-up that is under way. */
interface Look<T> {
  readonly answer: Promise<T>;
  /** It has not yet asked anything, so that it will see whatever happens now. */
  waits: boolean;
}

/**
 * A fact that many ask for: it is looked up once, however many wait, and kept for a moment. What
 * costs the node something thereby costs the same with one viewer or with fifty, and also when much
 * happens: there is a least time between two look-ups.
 */
export class Cached<T> {
  readonly #load: () => Promise<T>;
  readonly #keep_ms: number;
  readonly #least_ms: number;
  readonly #clock: Clock;
  #look: Look<T> | undefined;
  #kept: { readonly value: T; readonly at_ms: number } | undefined;
  #begun_ms = -Infinity;

  /** @param keep_ms how long an answer is as good as a new one */
  constructor(
    keep_ms: number,
    load: () => Promise<T>,
    { least_ms = LEAST_LOOK_INTERVAL_MS, clock = systemClock }: CachedOptions = {},
  ) {
    this.#load = load;
    this.#keep_ms = keep_ms;
    this.#least_ms = least_ms;
    this.#clock = clock;
  }

  /**
   * Rejects as the look-up did; a failure is not kept.
   *
   * @param age_ms how old an answer may be, if not as old as all others want it
   */
  get(age_ms: number = this.#keep_ms): Promise<T> {
    if (this.#kept !== undefined && this.#clock.now() - this.#kept.at_ms < age_ms) {
      return Promise.resolve(this.#kept.value);
    }
    this.#look ??= this.#begin();
    return this.#look.answer;
  }

  /** Something changed: who asks from now on gets an answer that was looked up later. */
  forget(): void {
    this.#kept = undefined;
    if (this.#look?.waits === false) this.#look = undefined;
  }

  #begin(): Look<T> {
    const wait_ms = this.#begun_ms + this.#least_ms - this.#clock.now();
    const look: Look<T> = {
      waits: wait_ms > 0,
      answer: (wait_ms > 0 ? this.#pause(wait_ms) : Promise.resolve()).then(() => {
        look.waits = false;
        this.#begun_ms = this.#clock.now();
        return this.#load();
      }).then((value) => {
        if (this.#look === look) {
          this.#kept = { value, at_ms: this.#clock.now() };
          this.#look = undefined;
        }
        return value;
      }, (error) => {
        if (this.#look === look) this.#look = undefined;
        throw error;
      }),
    };
    return look;
  }

  #pause(time_ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimer(time_ms, resolve));
  }
}
