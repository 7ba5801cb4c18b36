import { type LiveCluster } from "./live-cluster.ts";
import { type NumberedVector, repeatVector, vectorName, type VectorRun } from "./vector-run.ts";

/** What a file of captured runs needs on a live cluster besides the cluster. */
export interface LivePlan {
  /** Cases that cannot be repeated, and why. */
  readonly skip?: Readonly<Record<number, string>>;
  /** What was done between the captured runs: before the case of this number. */
  readonly before?: Readonly<Record<number, (run: LiveRun) => Promise<unknown>>>;
  /** Cases that need the network of the cluster, and so a process of their own. */
  readonly inNetwork?: readonly number[];
}

/** The surroundings of the cases on a live cluster. */
export interface LiveRun extends VectorRun {
  readonly cluster: LiveCluster;
}

/** Repeats captured runs one after the other, each as a step of the test. */
export async function repeatInOrder(
  t: Deno.TestContext,
  vectors: readonly NumberedVector[],
  run: LiveRun,
  plan: LivePlan = {},
): Promise<void> {
  for (const numbered of vectors) {
    const reason = plan.skip?.[numbered.index];
    const remark = reason === undefined ? "" : ` (${reason})`;
    await t.step({
      name: vectorName(numbered) + remark,
      ignore: reason !== undefined,
      fn: async () => {
        await plan.before?.[numbered.index]?.(run);
        const own = plan.inNetwork?.includes(numbered.index) ? { under: run.cluster.under } : {};
        await repeatVector(numbered, { ...run, ...own });
      },
    });
  }
}

/** The directories of a run: a scratch directory, and an installation made of our programs. */
export async function prepareRun(cluster: LiveCluster): Promise<LiveRun> {
  const WORK = `${cluster.base}/work`;
  const PREFIX = `${cluster.base}/prefix`;
  await Deno.mkdir(WORK);
  await Deno.mkdir(`${PREFIX}/bin`, { recursive: true });
  await Deno.mkdir(`${PREFIX}/tools`);
  for (const program of ["ctdb", "ctdb-event"]) await installProgram(PREFIX, program);
  for (const helper of ["ctdb_natgw", "ctdb_lvs"]) {
    const source = new URL(`../../../../events.d/helpers/${helper}`, import.meta.url).pathname;
    await Deno.symlink(source, `${PREFIX}/tools/${helper}`);
  }
  return {
    cluster,
    places: { BASE: cluster.base, WORK, PREFIX },
    env: (node) => ({
      ...(node === undefined ? {} : cluster.env(node)),
      // The captured machine had no such programs where the build would have installed them.
      CTDB_EVENT_HELPER: "/nonexistent/ctdb-event",
      CTDB_NATGW_HELPER: "/nonexistent/ctdb_natgw",
      CTDB_LVS_HELPER: "/nonexistent/ctdb_lvs",
    }),
  };
}

async function installProgram(prefix: string, program: string): Promise<void> {
  const main = new URL("../../../../main.ts", import.meta.url).pathname;
  const command = `${Deno.execPath()} run --quiet --no-check -A ${main}`;
  const path = `${prefix}/bin/${program}`;
  await Deno.writeTextFile(path, `#!/bin/sh\nCTDB_PROGRAM=${program} exec ${command} "$@"\n`);
  await Deno.chmod(path, 0o755);
}
