import type { Clock, Timer } from "../../base/mod.ts";
import { LockError } from "../errors.ts";
import type { Loss } from "../watch.ts";
import { type EtcdApi, type EtcdLease, EtcdUnavailableError, type KeyOwner } from "./api.ts";

/** What the lock is. */
export interface EtcdLockOptions {
  /** The key that the holder has. */
  key: string;
  /** What the holder writes there, for people. */
  value: string;
  /** How long etcd waits for a holder that it does not hear from. */
  ttl_s: number;
}

/**
 * The part of a lease that the holder does not use. It covers clocks that do not run at the same
 * speed, a process that gets no CPU, and a member that is no longer etcd's leader but does not
 * know it yet: that one may renew a lease which a new leader already counts down.
 */
const UNUSED_PART = 1 / 4;
/** How many times the holder renews in the life of a lease. */
const RENEWALS = 4;
/** The pause before etcd is asked again after a failure. */
const RETRY_MS = 250;
/** How often the holder compares the clock with its deadline. */
const TICK_MS = 200;

/**
 * The lock: a key in etcd that lives as long as a lease.
 *
 * The holder counts the lease itself, from the moment *before* it sent the request that began or
 * renewed it, which is never later than the moment from which etcd counts. It gives up when three
 * quarters of that are over. So there is no time at which etcd would give the key to another node
 * and the holder still thinks that it is its own, as long as its clock runs; after a pause of the
 * whole process it knows at once. The clock must therefore count time that the machine sleeps.
 */
export class EtcdLock {
  /** Resolves once the lock that was taken cannot be relied on any more. */
  readonly lost: Promise<Loss>;
  readonly #api: EtcdApi;
  readonly #options: EtcdLockOptions;
  readonly #clock: Clock;
  readonly #stopWatching = new AbortController();
  #lose: (message: string) => void = () => {};
  #lease: EtcdLease | undefined;
  #owner: KeyOwner | undefined;
  #deadline_ms = -Infinity;
  #tick: Timer | undefined;
  #pauses = new Set<() => void>();
  #ended = false;

  constructor(api: EtcdApi, options: EtcdLockOptions, clock: Clock) {
    this.#api = api;
    this.#options = options;
    this.#clock = clock;
    this.lost = new Promise((resolve) => {
      this.#lose = (message) => {
        if (this.#ended) return;
        this.#end();
        resolve({ kind: "lost", message: `lock lost - ${message}` });
      };
    });
  }

  /**
   * Tries to take the lock for `limit_ms`, as long as etcd cannot be asked.
   *
   * @returns `timed out`: etcd gave no answer in that time; what it might have given is given back
   * @throws {LockError} etcd refuses what was asked
   */
  async take(limit_ms: number): Promise<"taken" | "contended" | "timed out"> {
    const end_ms = this.#clock.now() + limit_ms;
    while (!this.#ended && this.#clock.now() < end_ms) {
      try {
        return await this.#tryTake() ? "taken" : "contended";
      } catch (error) {
        if (!(error instanceof EtcdUnavailableError)) throw error;
        await this.#pause(RETRY_MS);
      }
    }
    return "timed out";
  }

  /** Gives the lock, or what there is of it, back. Rejects if etcd cannot be told; it forgets. */
  async release(): Promise<void> {
    this.#end();
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease !== undefined) await this.#api.revokeLease(lease.id);
  }

  async #tryTake(): Promise<boolean> {
    const sent_ms = this.#clock.now();
    const lease = await this.#leaseForTaking(sent_ms);
    const { key, value } = this.#options;
    const { owner } = await this.#api.createKey(key, value, lease.id);
    // Ours, if not now then by an earlier request whose answer was lost.
    if (owner === undefined || owner.lease !== lease.id) return false;
    if (this.#clock.now() >= this.#deadline_ms) {
      throw new EtcdUnavailableError(`create key "${key}": lease used up before the answer came`);
    }
    this.#owner = owner;
    this.#watchDeadline();
    void this.#renew();
    void this.#watchKey();
    return true;
  }

  /** One lease serves all attempts: a key that an attempt made without our knowing is ours. */
  async #leaseForTaking(sent_ms: number): Promise<EtcdLease> {
    if (this.#lease !== undefined && await this.#api.keepAlive(this.#lease.id) > 0) {
      this.#useLease(sent_ms, this.#lease.ttl_s);
      return this.#lease;
    }
    this.#lease = await this.#api.grantLease(this.#options.ttl_s);
    this.#useLease(sent_ms, this.#lease.ttl_s);
    return this.#lease;
  }

  /** Counts a lease of `ttl_s` from `sent_ms`. */
  #useLease(sent_ms: number, ttl_s: number): void {
    this.#deadline_ms = sent_ms + ttl_s * 1000 * (1 - UNUSED_PART);
  }

  /** Looks at the clock often: a timer for the deadline itself would sleep when the machine does. */
  #watchDeadline(): void {
    if (this.#ended) return;
    if (this.#clock.now() >= this.#deadline_ms) {
      this.#lose("no answer from etcd, lease runs out");
      return;
    }
    this.#tick = this.#clock.setTimer(TICK_MS, () => this.#watchDeadline());
  }

  async #renew(): Promise<void> {
    const interval_ms = (this.#options.ttl_s * 1000) / RENEWALS;
    let delay_ms = interval_ms;
    while (!this.#ended) {
      await this.#pause(delay_ms);
      if (this.#ended) return;
      const renewed = await this.#renewOnce().catch(() => false);
      delay_ms = renewed ? interval_ms : RETRY_MS;
    }
  }

  /** A lease that lives is not enough: somebody may have deleted the key by hand. */
  async #renewOnce(): Promise<boolean> {
    const lease = this.#lease;
    if (lease === undefined) return false;
    const sent_ms = this.#clock.now();
    const ttl_s = await this.#api.keepAlive(lease.id);
    if (ttl_s <= 0) {
      this.#lose("lease has run out");
      return false;
    }
    await this.#checkKey();
    if (!this.#ended) this.#useLease(sent_ms, ttl_s);
    return true;
  }

  /** Makes the loss of the key known at once; {@link #renewOnce} would find it in a while. */
  async #watchKey(): Promise<void> {
    const { signal } = this.#stopWatching;
    while (!this.#ended) {
      try {
        const revision = await this.#checkKey();
        if (this.#ended) return;
        await this.#api.nextChange(this.#options.key, revision, signal);
        await this.#checkKey();
      } catch {
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** Loses the lock if the key is not the one that we made. Returns the revision looked at. */
  async #checkKey(): Promise<bigint> {
    const { revision, owner } = await this.#api.readKey(this.#options.key);
    const ours = owner !== undefined && owner.lease === this.#owner?.lease &&
      owner.createRevision === this.#owner.createRevision;
    if (!ours) this.#lose(`key "${this.#options.key}" was deleted or taken`);
    return revision;
  }

  #pause(delay_ms: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        this.#pauses.delete(finish);
        timer.cancel();
        resolve();
      };
      const timer = this.#clock.setTimer(delay_ms, finish);
      this.#pauses.add(finish);
    });
  }

  #end(): void {
    this.#ended = true;
    this.#tick?.cancel();
    this.#stopWatching.abort(new LockError("watch key: lock is not held any more"));
    for (const finish of [...this.#pauses]) finish();
  }
}
