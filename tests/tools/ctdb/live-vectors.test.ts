/**
 * The captured runs of `ctdb` repeated on a live cluster: on ours, and if asked for on Debian's
 * daemon, where most of the time is waiting. The order of the files matters, as each leaves databases
 * behind that the next one shows.
 */
import { type DaemonKind, LiveCluster, whyNoCluster } from "./support/live-cluster.ts";
import { prepareRun, repeatInOrder } from "./support/live-run.ts";
import * as plans from "./support/live-plans.ts";
import { ctdbVectors } from "./support/vector-run.ts";

/** `CTDB_TEST_DAEMON=ours,c` runs on both, `c` on Debian's alone. */
const kinds = (Deno.env.get("CTDB_TEST_DAEMON") ?? "ours").split(",") as DaemonKind[];

const FILES = [
  "status-and-options",
  "options-helpers-misc",
  "database",
  "network",
  "nodestate",
  "event",
  "v4.17.12",
] as const;

/** `CTDB_TEST_FILES=database,nodestate` chooses some of them; nodestate needs database before it. */
const chosenFiles = Deno.env.get("CTDB_TEST_FILES")?.split(",");

for (const kind of kinds) {
  const why = whyNoCluster(kind);
  Deno.test({
    name: `ctdb on a live cluster of daemons: ${kind}${why === undefined ? "" : ` (${why})`}`,
    ignore: why !== undefined,
    fn: async (t) => {
      await using cluster = await LiveCluster.start(kind);
      const run = await prepareRun(cluster);
      for (const file of FILES) {
        if (chosenFiles !== undefined && !chosenFiles.includes(file)) continue;
        await t.step(file, (t) => repeatInOrder(t, ctdbVectors(file), run, plans.planOf(file)));
      }
    },
  });
}
