import type { Call } from "../../framework/call.ts";
import { LONGEST_INTERVAL_S, SHORTEST_INTERVAL_S, SORT_ORDERS, type SortOrder } from "./view.ts";

/** What the command line of `ctdb top` says. */
export interface TopOptions {
  /** Print one frame and end. */
  readonly once: boolean;
  readonly sort: SortOrder;
  readonly interval_s: number;
}

const USUAL_INTERVAL_S = 2;

/** Reads the operands of `ctdb top`; ends the command when one is wrong. */
export function readTopOptions(call: Call): TopOptions {
  let options: TopOptions = { once: false, sort: "calls", interval_s: USUAL_INTERVAL_S };
  for (const operand of call.operands) {
    const [, name, value] = /^--([a-z]+)(?:=(.*))?$/.exec(operand) ?? [];
    if (name === "once" && value === undefined) options = { ...options, once: true };
    else if (name === "sort") options = { ...options, sort: sortOrder(call, value) };
    else if (name === "interval") options = { ...options, interval_s: interval(call, value) };
    else call.usage();
  }
  return options;
}

function sortOrder(call: Call, word = ""): SortOrder {
  return SORT_ORDERS.find((order) => order === word) ??
    call.fail(1, `Invalid sort order '${word}': ${SORT_ORDERS.join(", ")}`);
}

function interval(call: Call, word = ""): number {
  const value = /^[0-9]+(\.[0-9]+)?$/.test(word) ? Number(word) : NaN;
  if (value >= SHORTEST_INTERVAL_S && value <= LONGEST_INTERVAL_S) return value;
  return call.fail(
    1,
    `Invalid interval '${word}': ${SHORTEST_INTERVAL_S} to ${LONGEST_INTERVAL_S} seconds`,
  );
}
