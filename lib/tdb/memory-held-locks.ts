import type { ChainLockType, LockTable } from "./memory-locks.ts";

/** `forbidden`: what this owner holds itself stands in the way. */
export type LockAttempt = "locked" | "busy" | "forbidden";

interface Held {
  count: number;
  /** Whether the table knows, or the lock is only believed in. */
  readonly real: boolean;
}

/**
 * What one handle holds, or was told to believe that it holds: locks nest here and are passed on to
 * the table only when the first is taken and the last is dropped.
 */
export class HeldLocks {
  /** How often the handle was told that it holds the transaction lock. */
  transactionMarks = 0;
  readonly #table: LockTable;
  readonly #owner: object;
  readonly #chains = new Map<number, Held>();
  #all: (Held & { readonly type: ChainLockType }) | undefined;
  #freelist = 0;

  constructor(table: LockTable, owner: object) {
    this.#table = table;
    this.#owner = owner;
  }

  /** Whether any lock or mark on chains is held. */
  get any(): boolean {
    return this.#chains.size > 0 || this.#all !== undefined;
  }

  /** Whether the owner may use a chain now without locking it for longer. */
  access(chain: number, type: ChainLockType): LockAttempt {
    if (this.#all !== undefined) return this.#covered(type);
    if (this.#chains.has(chain)) return "locked";
    return this.#table.chainFree(this.#owner, chain, type) ? "locked" : "busy";
  }

  lockChain(chain: number, type: ChainLockType): LockAttempt {
    if (this.#all !== undefined) return this.#covered(type);
    const held = this.#chains.get(chain);
    if (held !== undefined) {
      held.count++;
      return "locked";
    }
    if (!this.#table.lockChain(this.#owner, chain, type)) return "busy";
    this.#chains.set(chain, { count: 1, real: true });
    return "locked";
  }

  markChain(chain: number): void {
    const held = this.#chains.get(chain);
    if (held !== undefined) held.count++;
    else this.#chains.set(chain, { count: 1, real: false });
  }

  /** `false` when there is no such lock or mark. */
  unlockChain(chain: number): boolean {
    if (this.#all !== undefined) return true;
    const held = this.#chains.get(chain);
    if (held === undefined) return false;
    if (--held.count > 0) return true;
    this.#chains.delete(chain);
    if (held.real) this.#table.unlockChain(this.#owner, chain);
    return true;
  }

  lockAll(type: ChainLockType): LockAttempt {
    if (this.#all !== undefined) {
      if (this.#all.type !== type) return "forbidden";
      this.#all.count++;
      return "locked";
    }
    if (this.#chains.size > 0) return "forbidden";
    if (!this.#table.lockAll(this.#owner, type)) return "busy";
    this.#all = { count: 1, real: true, type };
    return "locked";
  }

  /** `false` when chains, or all of them for reading, are held. */
  markAll(): boolean {
    if (this.#chains.size > 0 || this.#all?.type === "read") return false;
    if (this.#all !== undefined) this.#all.count++;
    else this.#all = { count: 1, real: false, type: "write" };
    return true;
  }

  unlockAll(type: ChainLockType): boolean {
    if (this.#all === undefined || this.#all.type !== type) return false;
    if (--this.#all.count > 0) return true;
    const { real } = this.#all;
    this.#all = undefined;
    if (real) this.#table.unlockAll(this.#owner);
    return true;
  }

  lockFreelist(): boolean {
    if (this.#freelist === 0 && !this.#table.lockFreelist(this.#owner)) return false;
    this.#freelist++;
    return true;
  }

  unlockFreelist(): boolean {
    if (this.#freelist === 0) return false;
    if (--this.#freelist === 0) this.#table.unlockFreelist(this.#owner);
    return true;
  }

  #covered(type: ChainLockType): LockAttempt {
    return type === "read" || this.#all?.type === "write" ? "locked" : "forbidden";
  }
}
