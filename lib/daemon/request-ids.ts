import { FIRST_REQID } from "../wire/mod.ts";

const LAST_REQID = 0x7fffffff;

/**
 * The daemon's one table of request ids, shared by calls, controls, traverses and clients
 * (`wire.md` 2.8). Ids count up from just below 2^31 and then from 1 again: client 0 is the daemon
 * itself, and request 0 wants no answer. They are not reused until the count comes round, so that a
 * reply that is late by a time-out finds nobody.
 */
export class RequestIds {
  readonly #owners = new Map<number, object>();
  #next = FIRST_REQID;

  get size(): number {
    return this.#owners.size;
  }

  allocate(owner: object): number {
    while (this.#owners.has(this.#next)) this.#advance();
    const id = this.#next;
    this.#advance();
    this.#owners.set(id, owner);
    return id;
  }

  lookup(id: number): object | undefined {
    return this.#owners.get(id);
  }

  release(id: number): void {
    this.#owners.delete(id);
  }

  #advance(): void {
    this.#next = this.#next === LAST_REQID ? 1 : this.#next + 1;
  }
}
