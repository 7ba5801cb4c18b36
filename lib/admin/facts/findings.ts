import type { ClusterClient } from "../../client/mod.ts";
import type { Paths } from "../../config/mod.ts";
import {
  type AdminDoor,
  type ClusterQuestions,
  type Diagnosis,
  examine,
  gatherCluster,
  gatherMachine,
  probeMissing,
} from "../../survey/mod.ts";
import { PATIENCE_MS } from "./ask.ts";
import type { ScriptRuns } from "./scripts.ts";

/** What is known beside what is asked. */
interface DiagnosisQuestions extends Pick<ClusterQuestions, "signal" | "leader"> {
  readonly adminDoors: readonly AdminDoor[];
  readonly historyLost: string | undefined;
}

/**
 * What `ctdb doctor` finds, but for what it would have to open files for: this process has the
 * databases open, and the cluster lock may be on a file system that hangs.
 */
export async function diagnose(
  client: ClusterClient,
  paths: Paths,
  runs: ScriptRuns,
  { adminDoors, historyLost, ...questions }: DiagnosisQuestions,
): Promise<Diagnosis> {
  const [machine, cluster] = await Promise.all([
    gatherMachine(paths, () => undefined),
    gatherCluster(client, { ...questions, timeout_ms: PATIENCE_MS, watchLocks_ms: 0 }),
  ]);
  const probes = await probeMissing(machine, cluster);
  return examine({
    machine: { ...machine, probes },
    daemon: { kind: "answers", pnn: client.pnn },
    cluster,
    scripts: { runs },
    adminDoors,
    ...(historyLost === undefined ? {} : { historyLost }),
  });
}
