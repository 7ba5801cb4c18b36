import { LONGEST_CHAIN_LOCK_RETRY_MS } from "../limits/mod.ts";
import type { Tdb } from "../tdb/mod.ts";
import { DatabaseError } from "./errors.ts";

const FIRST_RETRY_MS = 1;

/**
 * Locks chains of one file for the tasks of this process. libtdb's locks keep other processes out,
 * but not other tasks of the same one, so each chain also has a queue of our own.
 *
 * A lock that another process holds is asked for again and again: a blocking call would stop
 * everything in this process, the answers of the daemon included.
 */
export class ChainLocks {
  readonly #tdb: Tdb;
  readonly #tails = new Map<number, Promise<void>>();

  constructor(tdb: Tdb) {
    this.#tdb = tdb;
  }

  /** Locks the chain of `key`; the returned function unlocks it. */
  async lock(key: Uint8Array, signal?: AbortSignal): Promise<() => void> {
    const chain = this.#tdb.chainOf(key);
    const before = this.#tails.get(chain) ?? Promise.resolve();
    const { promise: mine, resolve: leave } = Promise.withResolvers<void>();
    const tail = before.then(() => mine);
    this.#tails.set(chain, tail);
    const release = () => {
      leave();
      if (this.#tails.get(chain) === tail) this.#tails.delete(chain);
    };
    try {
      await abortable(before, signal);
      await this.#lockFile(key, signal);
    } catch (error) {
      release();
      throw error;
    }
    let held = true;
    return () => {
      if (!held) throw new DatabaseError(`Unlock a chain that is not locked: ${chain}`);
      held = false;
      this.#tdb.chainUnlock(key);
      release();
    };
  }

  async #lockFile(key: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    for (let delay_ms = FIRST_RETRY_MS; !this.#tdb.tryChainLock(key);) {
      await pause(delay_ms, signal);
      delay_ms = Math.min(delay_ms * 2, LONGEST_CHAIN_LOCK_RETRY_MS);
    }
  }
}

/** Waits for `promise`, but not beyond the abort of `signal`. */
export async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits for a time, but not beyond the abort of `signal`. */
export async function pause(delay_ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, delay_ms);
  try {
    await abortable(promise, signal);
  } finally {
    clearTimeout(timer);
  }
}
