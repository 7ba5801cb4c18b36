import type { Call } from "../../framework/call.ts";
import { LONGEST_TOP_INTERVAL_S } from "../../../../lib/limits/mod.ts";
import { SHORTEST_INTERVAL_S, SORT_ORDERS, type SortOrder } from "./view.ts";

/** What the command line of `ctdb top` says. */
export interface TopOptions {
  /** Print one frame and end. */
  readonly once: boolean;
  readonly sort: SortOrder;
  readonly interval_s: number;
}

const USUAL_INTERVAL_S = 2;

/** Reads the options of `ctdb top`; ends the command when one is wrong. */
export function readTopOptions(call: Call): TopOptions {
  const sort = SORT_ORDERS.find((order) => order === call.flagValue("sort"));
  const interval_s = call.flagValue("interval");
  return {
    once: call.flag("once"),
    sort: sort ?? "calls",
    interval_s: interval_s === undefined ? USUAL_INTERVAL_S : interval(call, interval_s),
  };
}

function interval(call: Call, word: string): number {
  const value = /^[0-9]+(\.[0-9]+)?$/.test(word) ? Number(word) : NaN;
  if (value >= SHORTEST_INTERVAL_S && value <= LONGEST_TOP_INTERVAL_S) return value;
  return call.fail(
    1,
    `Invalid interval '${word}': ${SHORTEST_INTERVAL_S} to ${LONGEST_TOP_INTERVAL_S} seconds`,
  );
}
