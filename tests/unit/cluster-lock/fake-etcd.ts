import {
  type EtcdApi,
  EtcdRefusedError,
  EtcdUnavailableError,
  type KeyOwner,
  type KeyState,
} from "../../../lib/cluster-lock/mod.ts";
import type { VirtualClock } from "../../../testing/virtual-clock.ts";

/** What may happen to the requests of a node. */
export interface Weather {
  /** A number in 0 .. 1. */
  random(): number;
  /** The longest way of a request, and of an answer. */
  delay_ms: number;
  /** The part of requests and of answers that are lost. */
  loss: number;
  /** The longest time that a node waits for an answer. */
  request_ms: number;
  /** How much earlier than it was, a renewal may count: an old leader did it. */
  stale_ms: number;
  /** etcd's clock runs faster than the nodes' by this factor. */
  drift: number;
}

/** No trouble at all. */
export const calm: Weather = {
  random: () => 0.5,
  delay_ms: 0,
  loss: 0,
  request_ms: 1000,
  stale_ms: 0,
  drift: 1,
};

/** etcd as far as a lock needs it: leases that run out on a clock of its own. */
export class FakeEtcd {
  readonly #clock: VirtualClock;
  readonly #weather: Weather;
  readonly #leases = new Map<string, { end_ms: number; ttl_s: number }>();
  readonly #keys = new Map<string, KeyOwner>();
  readonly #watches = new Set<() => void>();
  #revision = 1n;
  #leaseCount = 0;
  /** Nobody is answered. */
  stopped = false;

  constructor(clock: VirtualClock, weather: Weather = calm) {
    this.#clock = clock;
    this.#weather = weather;
  }

  /** Deletes a key, as an administrator may. */
  deleteKey(key: string): void {
    this.#keys.delete(key);
    this.#revision++;
    for (const wake of [...this.#watches]) wake();
  }

  /** Ends all leases, as after a restore from a backup. */
  dropLeases(): void {
    this.#leases.clear();
    this.#expire();
  }

  /** The API as a node has it; `cutOff` says whether the node cannot reach etcd now. */
  connect(cutOff: () => boolean = () => false): EtcdApi {
    const ask = <T>(work: () => T) => this.#ask(work, cutOff);
    return {
      grantLease: (ttl_s) => ask(() => this.#grant(ttl_s)),
      keepAlive: (lease) => ask(() => this.#keepAlive(lease)),
      revokeLease: (lease) =>
        ask(() => {
          this.#leases.delete(lease);
          this.#expire();
        }),
      createKey: (key, value, lease) => ask(() => this.#create(key, value, lease)),
      readKey: (key) => ask(() => this.#state(key)),
      nextChange: (_key, revision, signal) => this.#nextChange(revision, signal),
    };
  }

  /** Time that etcd's own clock shows. */
  #now_ms(): number {
    return this.#clock.now() * this.#weather.drift;
  }

  #grant(ttl_s: number) {
    const id = String(++this.#leaseCount);
    this.#leases.set(id, { end_ms: this.#now_ms() + ttl_s * 1000, ttl_s });
    return { id, ttl_s };
  }

  #keepAlive(id: string): number {
    const lease = this.#leases.get(id);
    if (lease === undefined) return 0;
    const stale_ms = this.#weather.random() * this.#weather.stale_ms;
    lease.end_ms = Math.max(lease.end_ms, this.#now_ms() - stale_ms + lease.ttl_s * 1000);
    return lease.ttl_s;
  }

  #create(key: string, value: string, lease: string): KeyState {
    if (!this.#keys.has(key)) {
      if (!this.#leases.has(lease)) throw new EtcdRefusedError("requested lease not found");
      this.#keys.set(key, { createRevision: ++this.#revision, lease, value });
    }
    return this.#state(key);
  }

  #state(key: string): KeyState {
    return { revision: this.#revision, owner: this.#keys.get(key) };
  }

  #expire(): void {
    for (const [id, { end_ms }] of this.#leases) {
      if (end_ms <= this.#now_ms()) this.#leases.delete(id);
    }
    for (const [key, { lease }] of this.#keys) {
      if (!this.#leases.has(lease)) this.deleteKey(key);
    }
  }

  #ask<T>(work: () => T, cutOff: () => boolean): Promise<T> {
    const { request_ms } = this.#weather;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const patience = this.#clock.setTimer(
      request_ms,
      () => reject(new EtcdUnavailableError("no answer in time")),
    );
    void this.#carry(work, cutOff).then(
      (answer) => {
        patience.cancel();
        resolve(answer);
      },
      (error) => {
        if (error instanceof LostMessage) return;
        patience.cancel();
        reject(error);
      },
    );
    return promise;
  }

  /** A request may be done long after who asked has given up. */
  async #carry<T>(work: () => T, cutOff: () => boolean): Promise<T> {
    await this.#travel(cutOff);
    this.#expire();
    const answer = work();
    await this.#travel(cutOff);
    return answer;
  }

  async #travel(cutOff: () => boolean): Promise<void> {
    const { random, delay_ms, loss } = this.#weather;
    if (this.stopped || cutOff() || random() < loss) throw new LostMessage();
    await this.#clock.after(random() * delay_ms);
    if (this.stopped || cutOff()) throw new LostMessage();
  }

  #nextChange(revision: bigint, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        if (this.#revision <= revision) return;
        this.#watches.delete(wake);
        resolve();
      };
      this.#watches.add(wake);
      signal.addEventListener("abort", () => {
        this.#watches.delete(wake);
        reject(signal.reason);
      });
      wake();
    });
  }
}

class LostMessage extends Error {}
