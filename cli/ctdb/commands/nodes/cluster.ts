import { RecoveryMode } from "../../../../lib/wire/mod.ts";
import { ConnectionError } from "../../../../lib/client/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { currentGeneration } from "./generation.ts";
import { runTakeover } from "./messages.ts";
import { withProgress } from "../../printing/progress.ts";

export const commands = {
  shutdown,
  recover,
  ipreallocate,
  sync: ipreallocate,
} satisfies ClusterCommands;

const POLL_MS = 1000;

/** The daemon does not answer this one; when it is the local one, its end is the answer. */
async function shutdown(call: ClusterCall): Promise<void> {
  try {
    call.client.controlNoReply(call.target, "SHUTDOWN", undefined);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    call.fail(1, `Unable to shutdown node ${call.target}`);
  }
  if (call.target !== call.client.pnn) return;
  await withProgress(call.io, "waiting for the daemon to end", () => call.client.ended);
}

async function recover(call: ClusterCall): Promise<void> {
  const before = await currentGeneration(call);
  const failed = "Failed to set recovery mode active";
  await call.ask(call.target, "SET_RECMODE", RecoveryMode.ACTIVE, failed);
  await withProgress(call.io, "waiting for the recovery", () => waitForOther(call, before));
}

async function waitForOther(call: ClusterCall, before: number): Promise<void> {
  try {
    while (await currentGeneration(call) === before) await call.sleep(POLL_MS);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const then = "Failed to confirm end of recovery";
    throw new CommandFailure(error.status, `${error.message}\n${then}`);
  }
}

function ipreallocate(call: ClusterCall): Promise<number> {
  return withProgress(call.io, "waiting for addresses to be given out", () => runTakeover(call));
}
