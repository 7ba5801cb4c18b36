import { abortable } from "./chain-locks.ts";
import { DatabaseError } from "./errors.ts";

/**
 * What has come and was not taken yet, in order. The sender cannot be made to wait, so there is a
 * bound: beyond it the reader gets an error, never a gap.
 */
export class Mailbox<T> {
  readonly #what: string;
  readonly #most: number;
  #items: T[] = [];
  #ended = false;
  #failure: Error | undefined;
  #wake = Promise.withResolvers<void>();

  /** @param what named in the error of a reader that is too slow */
  constructor(what: string, most: number) {
    this.#what = what;
    this.#most = most;
  }

  /** Whether nothing is accepted any more. */
  get isClosed(): boolean {
    return this.#ended || this.#failure !== undefined;
  }

  /** Adds an item. */
  push(item: T): void {
    if (this.isClosed) return;
    if (this.#items.length >= this.#most) {
      this.fail(new DatabaseError(`${this.#what}, not taken in time: ${this.#most}`));
    } else {
      this.#items.push(item);
      this.#wake.resolve();
    }
  }

  /** Lets the reader end after what has come. */
  end(): void {
    this.#ended = true;
    this.#wake.resolve();
  }

  /** Lets the reader fail after what has come. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake.resolve();
  }

  /** The next item; `undefined` after the last. */
  async next(signal?: AbortSignal): Promise<T | undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (this.#ended) return undefined;
      if (this.#failure !== undefined) throw this.#failure;
      this.#wake = Promise.withResolvers<void>();
      await abortable(this.#wake.promise, signal);
    }
  }
}
