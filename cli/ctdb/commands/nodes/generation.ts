import { INVALID_GENERATION, RecoveryMode } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import { waitForLeader } from "./leader.ts";

const RETRY_MS = 1000;

/** The generation of a cluster that is not in recovery, as its leader says it (cli.md 2.7). */
export async function currentGeneration(call: ClusterCall): Promise<number> {
  for (;;) {
    const leader = await waitForLeader(call);
    const noMode = `Failed to get recovery mode from node ${leader}`;
    const mode = await call.ask(leader, "GET_RECMODE", undefined, noMode);
    if (mode !== RecoveryMode.ACTIVE) {
      const noGeneration = `Failed to get generation from node ${leader}`;
      const { generation } = await call.ask(leader, "GETVNNMAP", undefined, noGeneration);
      if (generation !== INVALID_GENERATION) return generation;
    }
    await call.sleep(RETRY_MS);
  }
}
