import { messageOf } from "../../base/mod.ts";
import type { HelperPool } from "./helper-pool.ts";
import type { HelperRequest } from "./helper-protocol.ts";
import type { TraversedRecord, Work, WorkOutcome } from "./storage.ts";

/** Does one piece of work in a process of its own, which may be killed in the middle of it. */
export function runAlone(
  pool: HelperPool,
  request: HelperRequest,
  events: {
    batch(records: readonly TraversedRecord[], more: () => void): void;
    done(outcome: WorkOutcome): void;
  },
): Work {
  const failed = (reason: string) => events.done({ ok: false, refused: false, reason });
  try {
    const helper = pool.take();
    helper.listen({
      reply: (reply) => {
        if (reply.kind === "batch") {
          events.batch(reply.records, () => helper.send({ kind: "more" }));
        }
        if (reply.kind !== "done") return;
        pool.putBack(helper);
        events.done(reply.outcome);
      },
      ended: failed,
    });
    helper.send(request);
    return { cancel: () => helper.kill() };
  } catch (error) {
    let cancelled = false;
    queueMicrotask(() => {
      if (!cancelled) failed(`start helper: ${messageOf(error)}`);
    });
    return { cancel: () => void (cancelled = true) };
  }
}
