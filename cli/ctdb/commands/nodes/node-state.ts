import { Errno } from "../../../../lib/base/mod.ts";
import type { LiveControlName } from "../../../../lib/wire/mod.ts";
import { NodeFlag } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { runTakeover } from "./messages.ts";
import { freshNodeMap, nodeMap } from "./node-map.ts";
import { parseU32 } from "../../../numbers.ts";
import { withProgress } from "../../printing/progress.ts";

export const commands = {
  disable: (call) =>
    change(call, {
      flag: NodeFlag.PERMANENTLY_DISABLED,
      wanted: true,
      already: "is already disabled",
      failed: "disable node",
      send: (failed) => simple(call, "DISABLE_NODE", failed),
    }),
  enable: (call) =>
    change(call, {
      flag: NodeFlag.PERMANENTLY_DISABLED,
      wanted: false,
      already: "is not disabled",
      failed: "enable node",
      send: (failed) => simple(call, "ENABLE_NODE", failed),
    }),
  stop: (call) =>
    change(call, {
      flag: NodeFlag.STOPPED,
      wanted: true,
      already: "is already stopped",
      failed: "stop node",
      send: (failed) => simple(call, "STOP_NODE", failed),
    }),
  continue: (call) =>
    change(call, {
      flag: NodeFlag.STOPPED,
      wanted: false,
      already: "is not stopped",
      failed: "continue stopped node",
      send: (failed) => simple(call, "CONTINUE_NODE", failed),
    }),
  ban: (call) =>
    change(call, {
      flag: NodeFlag.BANNED,
      wanted: true,
      already: "is already banned",
      failed: "ban node",
      send: (failed) => setBan(call, banTime_s(call), failed),
    }),
  unban: (call) =>
    change(call, {
      flag: NodeFlag.BANNED,
      wanted: false,
      already: "is not banned",
      failed: "unban node",
      send: (failed) => setBan(call, 0, failed),
    }),
} satisfies ClusterCommands;

/** How often the node map is looked at while a flag is waited for. */
const POLL_MS = 1000;

/** A change of one flag of the target node. */
interface FlagChange {
  readonly flag: number;
  /** Whether the flag shall be set. */
  readonly wanted: boolean;
  /** What the node is that needs no change. */
  readonly already: string;
  readonly failed: string;
  /** Sends the control; its argument is the line for a failure. */
  readonly send: (failed: string) => Promise<void>;
}

/** Sends a change, waits until the cluster has it, and lets addresses be given out anew (2.11). */
async function change(call: ClusterCall, wish: FlagChange): Promise<number> {
  const { target } = call;
  const isSet = (flags: number) => (flags & wish.flag) !== 0;
  const now = (await nodeMap(call)).find(({ pnn }) => pnn === target);
  if (now !== undefined && isSet(now.flags) === wish.wanted) {
    call.note(`Node ${target} ${wish.already}`);
    return 0;
  }
  await wish.send(`Failed to ${wish.failed} ${target}`);
  return await withProgress(call.io, `waiting for node ${target}`, async () => {
    await waitForFlag(call, (flags) => isSet(flags) === wish.wanted);
    // The change is made, whoever leads.
    return await runTakeover(call, 0);
  });
}

async function waitForFlag(call: ClusterCall, done: (flags: number) => boolean): Promise<void> {
  for (;;) {
    try {
      const node = (await freshNodeMap(call)).find(({ pnn }) => pnn === call.target);
      if (node !== undefined && done(node.flags)) return;
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      call.note(`${error.message}\nFailed to get nodemap, trying again`);
    }
    await call.sleep(POLL_MS);
  }
}

async function simple(
  call: ClusterCall,
  control: Extract<
    LiveControlName,
    "DISABLE_NODE" | "ENABLE_NODE" | "STOP_NODE" | "CONTINUE_NODE"
  >,
  failed: string,
): Promise<void> {
  await call.ask(call.target, control, undefined, failed);
}

async function setBan(call: ClusterCall, time_s: number, failed: string): Promise<void> {
  await call.ask(call.target, "SET_BAN_STATE", { pnn: call.target, time_s }, failed);
}

function banTime_s(call: ClusterCall): number {
  const time_s = parseU32(call.operand(0)) ??
    call.fail(Errno.EINVAL, `Invalid ban time ${call.operand(0)}`);
  if (time_s === 0) call.fail(Errno.EINVAL, "Ban time cannot be zero");
  return time_s;
}
