/** `ctdb doctor`: what is wrong with this node and its cluster, and what to do about it. @module */
import { DOCTOR_ADMIN_LIMIT_MS, WIDEST_REPORT_COLUMNS } from "../../../../lib/limits/mod.ts";
import {
  type AdminDoor,
  type Diagnosis,
  examine,
  type Facts,
  gather,
  type LockTestResult,
  withinLimit,
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
  return { ...facts, ...await askAdminSide(call, facts, quick) };
}

/**
 * Where the admin API is to be had and whether history is kept, as the daemon says: nothing when it
 * does not. A quick look leaves it in peace where its HTTP side may not be loaded yet.
 */
async function askAdminSide(
  call: Call,
  { machine, daemon }: Facts,
  quick: boolean,
): Promise<Pick<Facts, "adminDoors" | "historyLost">> {
  if (daemon.kind !== "answers" || (quick && machine.adminListens !== true)) return {};
  const { askDocument } = await import("../admin/admin-client.ts");
  try {
    const { doors, history } =
      await withinLimit(askDocument(call, "/v1/node"), DOCTOR_ADMIN_LIMIT_MS) ??
        {};
    const reason = (history as { readonly reason?: unknown } | undefined)?.reason;
    return {
      ...(Array.isArray(doors) ? { adminDoors: doors as readonly AdminDoor[] } : {}),
      ...(typeof reason === "string" ? { historyLost: reason } : {}),
    };
  } catch (error) {
    if (error instanceof CommandFailure) return {};
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
