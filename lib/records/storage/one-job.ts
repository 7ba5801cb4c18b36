import { messageOf } from "../../base/mod.ts";
import type { HelperPool } from "./helper-pool.ts";
import type { HelperProcess } from "./helper-process.ts";
import type { HelperRequest } from "./helper-protocol.ts";
import type { TraversedRecord, Work, WorkOutcome } from "./storage.ts";

/** What comes of a piece of work. */
export interface JobEvents {
  batch(records: readonly TraversedRecord[], more: () => void): void;
  done(outcome: WorkOutcome): void;
}

/** Does one piece of work in a process of its own, which may be killed in the middle of it. */
export function runAlone(
  pool: HelperPool,
  request: HelperRequest,
  events: JobEvents,
  defer: (callback: () => void) => void,
): Work {
  try {
    return new Job(pool, pool.take(), request, events);
  } catch (error) {
    let cancelled = false;
    const reason = `start helper: ${messageOf(error)}`;
    defer(() => {
      if (!cancelled) events.done({ ok: false, refused: false, reason });
    });
    return { cancel: () => void (cancelled = true) };
  }
}

class Job implements Work {
  readonly #pool: HelperPool;
  readonly #events: JobEvents;
  /** Ours until the work has ended: afterwards somebody else may work with it. */
  #helper: HelperProcess | undefined;

  constructor(
    pool: HelperPool,
    helper: HelperProcess,
    request: HelperRequest,
    events: JobEvents,
  ) {
    this.#pool = pool;
    this.#helper = helper;
    this.#events = events;
    helper.listen({
      reply: (reply) => {
        if (reply.kind === "done") this.#finish(reply.outcome);
        else if (reply.kind === "batch") {
          events.batch(reply.records, () => this.#helper?.send({ kind: "more" }));
        }
      },
      ended: (reason) => {
        this.#helper = undefined;
        events.done({ ok: false, refused: false, reason });
      },
    });
    helper.send(request);
  }

  /** Kills the process, if it still works for us; nothing is told any more. */
  cancel(): void {
    const helper = this.#helper;
    this.#helper = undefined;
    helper?.kill();
  }

  #finish(outcome: WorkOutcome): void {
    const helper = this.#helper;
    if (helper === undefined) return;
    this.#helper = undefined;
    this.#pool.putBack(helper);
    this.#events.done(outcome);
  }
}
