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

/** What the edge knows itself. */
interface EdgeKnowledge {
  readonly runs: ScriptRuns;
  readonly adminDoors: readonly AdminDoor[];
  readonly historyLost: string | undefined;
}

/** What is known beside what is asked. */
type DiagnosisQuestions = EdgeKnowledge & Pick<ClusterQuestions, "signal" | "leader">;

/**
 * What `ctdb doctor` finds, but for what it would have to open files for: this process has the
 * databases open, and the cluster lock may be on a file system that hangs.
 */
export async function diagnose(
  client: ClusterClient,
  paths: Paths,
  { runs, adminDoors, historyLost, ...questions }: DiagnosisQuestions,
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
    ...ofEdge({ runs, adminDoors, historyLost }),
  });
}

/** {@link diagnose} while the core does not answer: that first of all, and what shows from outside. */
export async function diagnoseSilent(
  paths: Paths,
  message: string,
  edge: EdgeKnowledge,
): Promise<Diagnosis> {
  const machine = await gatherMachine(paths, () => undefined);
  const probes = await probeMissing(machine, undefined);
  return examine({
    machine: { ...machine, probes },
    daemon: { kind: "silent", message },
    ...ofEdge(edge),
  });
}

function ofEdge({ runs, adminDoors, historyLost }: EdgeKnowledge) {
  return {
    scripts: { runs },
    adminDoors,
    ...(historyLost === undefined ? {} : { historyLost }),
  };
}
