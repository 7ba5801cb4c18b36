import type { DaemonKind } from "../../testing/cluster/cluster.ts";
import { moveMany } from "../support/many-addresses.ts";
import type { PressureResult } from "./result.ts";

/** Moves a third of so many public addresses away and back; needs hosts of its own. */
export async function moveAddresses(
  kind: DaemonKind,
  count: number,
): Promise<[string, PressureResult]> {
  const { away_ms, back_ms } = await moveMany(kind, count);
  return [`${count} addresses, a third moves`, {
    line: "addresses",
    daemon: kind.name,
    ping: undefined,
    fetch: undefined,
    elections: undefined,
    recoveries: undefined,
    started: undefined,
    memory: undefined,
    time_ms: away_ms,
    remark: `back in ${(back_ms / 1000).toFixed(2)} s`,
  }];
}
