/** `ctdb doctor`: what is wrong with this node and its cluster, and what to do about it. @module */
import { WIDEST_REPORT_COLUMNS } from "../../../../lib/limits/mod.ts";
import {
  type AdminDoor,
  type Diagnosis,
  examine,
  type Facts,
  gather,
  type LockTestResult,
} from "../../../../lib/survey/mod.ts";
import { CommandFailure } from "../../framework/failures.ts";
import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { isSeenLocked, testLocks } from "./lock-test.ts";
import { reportJson, reportText } from "./report.ts";
import { withProgress } from "../../printing/progress.ts";
import { paint } from "../../printing/style.ts";
import { printedSize } from "../../printing/terminal-size.ts";

export const commands = { doctor } satisfies LocalCommands;

async function doctor(call: Call): Promise<number> {
  const quick = call.flag("quick");
  const facts = await withProgress(call.io, "examining", () => gatherFor(call, quick));
  const diagnosis = examine(facts);
  const width = Math.min(WIDEST_REPORT_COLUMNS, printedSize(call.io).columns);
  call.print({
    human: () => reportText(diagnosis, facts, width, (tone, text) => paint(call.io, tone, text)),
    json: () => reportJson(diagnosis, facts),
  });
  return exitStatus(diagnosis);
}

/** The facts; a thorough look also tries locks beside the cluster lock. */
async function gatherFor(call: Call, quick: boolean): Promise<Facts> {
  const { paths, timeLimit_ms, signal } = call;
  const facts = await gather({
    paths,
    timeLimit_ms,
    signal,
    watchLocks: !quick,
    isSeenLocked,
    ...(quick ? {} : { testLocks: (directory) => tryLocks(call, directory) }),
  });
  const isTold = facts.machine.adminListens === true && facts.daemon.kind === "answers";
  const adminDoors = isTold ? await askDoors(call) : undefined;
  return adminDoors === undefined ? facts : { ...facts, adminDoors };
}

/** Where the admin API is to be had, as the daemon says; undefined when it does not. */
async function askDoors(call: Call): Promise<readonly AdminDoor[] | undefined> {
  const { askDocument } = await import("../admin/admin-client.ts");
  try {
    const { doors } = await askDocument(call, "/v1/node");
    return Array.isArray(doors) ? doors as readonly AdminDoor[] : undefined;
  } catch (error) {
    if (error instanceof CommandFailure) return undefined;
    throw error;
  }
}

async function tryLocks(call: Call, directory: string): Promise<LockTestResult> {
  const { selfCommand } = await import("../../../../lib/daemon/mod_edge.ts");
  return await testLocks(call.io, selfCommand("ping_pong"), directory, call.signal);
}

/** The exit status of `ctdb doctor`. */
export function exitStatus({ worst }: Diagnosis): number {
  return worst === undefined ? 0 : worst === "error" ? 2 : 1;
}
