/** Kinds of locks; among mutexes there is only `write`. */
export type ChainLockType = "read" | "write";

/** Who holds one lock. An owner stands for a process and is compared by identity. */
class Holders {
  writer: object | undefined;
  readonly readers = new Set<object>();

  /** Whether somebody other than `owner` stands in the way of `type`. */
  against(owner: object, type: ChainLockType): boolean {
    if (this.writer !== undefined && this.writer !== owner) return true;
    return type === "write" && others(this.readers, owner);
  }

  add(owner: object, type: ChainLockType): void {
    if (type === "write") this.writer = owner;
    else this.readers.add(owner);
  }

  remove(owner: object): void {
    if (this.writer === owner) this.writer = undefined;
    this.readers.delete(owner);
  }

  get free(): boolean {
    return this.writer === undefined && this.readers.size === 0;
  }
}

function others(owners: ReadonlySet<object>, owner: object): boolean {
  return owners.size > (owners.has(owner) ? 1 : 0);
}

/**
 * The locks of one file as the kernel would see them, between owners. What one owner may do on top
 * of its own locks is the handle's business.
 */
export class LockTable {
  /** Among mutexes a read lock is an exclusive one. Changes only while nobody has locks. */
  mutexes = false;
  readonly #released: () => void;
  readonly #chains = new Map<number, Holders>();
  readonly #all = new Holders();
  #transaction: object | undefined;
  #freelist: object | undefined;

  /** `released` is called after every release, when somebody else may have become able to lock. */
  constructor(released: () => void) {
    this.#released = released;
  }

  chainFree(owner: object, chain: number, type: ChainLockType): boolean {
    // A reader of all chains lets others read single ones, even among mutexes.
    if (this.#all.against(owner, type)) return false;
    return !(this.#chains.get(chain)?.against(owner, this.#effective(type)) ?? false);
  }

  lockChain(owner: object, chain: number, type: ChainLockType): boolean {
    if (!this.chainFree(owner, chain, type)) return false;
    let holders = this.#chains.get(chain);
    if (holders === undefined) this.#chains.set(chain, holders = new Holders());
    holders.add(owner, this.#effective(type));
    return true;
  }

  unlockChain(owner: object, chain: number): void {
    const holders = this.#chains.get(chain);
    if (holders === undefined) return;
    holders.remove(owner);
    if (holders.free) this.#chains.delete(chain);
    this.#released();
  }

  allFree(owner: object, type: ChainLockType): boolean {
    const effective = this.#effective(type);
    if (this.#all.against(owner, effective)) return false;
    for (const holders of this.#chains.values()) {
      if (holders.against(owner, effective)) return false;
    }
    return true;
  }

  lockAll(owner: object, type: ChainLockType): boolean {
    if (!this.allFree(owner, type)) return false;
    this.#all.add(owner, type);
    return true;
  }

  unlockAll(owner: object): void {
    this.#all.remove(owner);
    this.#released();
  }

  /** The transaction lock and the read lock over all chains, both or none. */
  lockTransaction(owner: object): boolean {
    if (this.transactionTaken(owner) || !this.lockAll(owner, "read")) return false;
    this.#transaction = owner;
    return true;
  }

  unlockTransaction(owner: object): void {
    if (this.#transaction === owner) this.#transaction = undefined;
    this.unlockAll(owner);
  }

  /** Whether somebody else is in a transaction. */
  transactionTaken(owner: object): boolean {
    return this.#transaction !== undefined && this.#transaction !== owner;
  }

  /** Whether readers of single chains still stand in the way of a commit. */
  commitFree(owner: object): boolean {
    return this.allFree(owner, "write");
  }

  freelistFree(owner: object): boolean {
    return this.#freelist === undefined || this.#freelist === owner;
  }

  lockFreelist(owner: object): boolean {
    if (!this.freelistFree(owner)) return false;
    this.#freelist = owner;
    return true;
  }

  unlockFreelist(owner: object): void {
    if (this.#freelist === owner) this.#freelist = undefined;
    this.#released();
  }

  /** Everything that `owner` has, as when its process dies. */
  dropOwner(owner: object): void {
    for (const [chain, holders] of this.#chains) {
      holders.remove(owner);
      if (holders.free) this.#chains.delete(chain);
    }
    this.#all.remove(owner);
    if (this.#transaction === owner) this.#transaction = undefined;
    if (this.#freelist === owner) this.#freelist = undefined;
    this.#released();
  }

  /** An owner of the chain's lock or of all chains. */
  holder(chain: number | undefined): object | undefined {
    const candidates = chain === undefined ? this.#chains.values() : [this.#chains.get(chain)];
    for (const holders of [this.#all, ...candidates]) {
      const [owner] = holders === undefined ? [] : [holders.writer, ...holders.readers];
      if (owner !== undefined) return owner;
    }
    return undefined;
  }

  #effective(type: ChainLockType): ChainLockType {
    return this.mutexes ? "write" : type;
  }
}
