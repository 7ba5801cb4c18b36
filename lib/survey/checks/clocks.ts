import { type Check, finding, NO_DAEMON } from "../finding.ts";
import type { ClockReading } from "../facts.ts";

const WARN_MS = 1000;
/** Kerberos refuses tickets beyond this. */
const ERROR_MS = 300_000;

/** Whether the clocks of the nodes agree. */
export const clocks: Check = {
  name: "clocks",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    return [...cluster.peers.values()].filter(({ pnn }) => pnn !== cluster.pnn)
      .flatMap(({ pnn, clock }) => {
        const skew_ms = leastSkew_ms(clock);
        const size_ms = Math.abs(skew_ms);
        if (size_ms < WARN_MS) return [];
        const way = skew_ms > 0 ? "ahead of" : "behind";
        return [finding(
          size_ms >= ERROR_MS ? "error" : "warning",
          `The clock of node ${pnn} is ${(size_ms / 1000).toFixed(1)} s ${way} ours`,
          [],
          "Let all nodes follow the same time servers (`chronyc tracking`): file times, leases and " +
            "Kerberos tickets depend on it.",
        )];
      });
  },
};

/** By how much a clock is off at least: the answer may have been on its way all the time. */
export function leastSkew_ms({ asked_ms, answered_ms, theirs_ms }: ClockReading): number {
  if (theirs_ms > answered_ms) return theirs_ms - answered_ms;
  return theirs_ms < asked_ms ? theirs_ms - asked_ms : 0;
}
