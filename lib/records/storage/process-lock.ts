import { messageOf } from "../../base/mod.ts";
import type { HelperPool } from "./helper-pool.ts";
import type { HelperProcess } from "./helper-process.ts";
import type { DatabaseFile, HelperLock, HelperLockEvents } from "./storage.ts";

/** A lock that a helper process takes for us and keeps until it is told otherwise. */
export class ProcessLock implements HelperLock {
  readonly #pool: HelperPool;
  #events: HelperLockEvents | undefined;
  #helper: HelperProcess | undefined;
  #locked = false;

  constructor(
    pool: HelperPool,
    file: DatabaseFile,
    key: Uint8Array | undefined,
    events: HelperLockEvents,
  ) {
    this.#pool = pool;
    this.#events = events;
    try {
      const helper = this.#helper = pool.take();
      helper.listen({
        reply: (reply) => {
          if (reply.kind === "locked") this.#granted();
          else if (reply.kind === "done") this.#over(reply.outcome.ok ? "" : reply.outcome.reason);
        },
        ended: (reason) => this.#over(reason),
      });
      helper.send({ kind: "lock", file, key });
    } catch (error) {
      queueMicrotask(() => this.#over(`start lock helper: ${messageOf(error)}`));
    }
  }

  get pid(): number | undefined {
    return this.#helper?.pid;
  }

  release(): void {
    this.#events = undefined;
    const helper = this.#helper;
    this.#helper = undefined;
    if (helper === undefined) return;
    if (!this.#locked) return helper.kill();
    // It unlocks by itself and can be used again; dying would leave a mutex without an owner.
    helper.listen({ reply: () => this.#pool.putBack(helper), ended: () => {} });
    helper.send({ kind: "end" });
  }

  #granted(): void {
    this.#locked = true;
    this.#events?.locked();
  }

  #over(reason: string): void {
    const events = this.#events;
    this.#events = undefined;
    this.#helper?.kill();
    this.#helper = undefined;
    if (this.#locked) events?.lost(reason);
    else events?.failed(reason);
  }
}
