/**
 * The scenarios in `live/`, what `ctdb` printed on clusters of the C daemon, played on a cluster of
 * ours, and if asked for on Debian's. The order of the files matters, as each leaves databases behind
 * that the next one shows.
 */
import { debian, IsolatedCluster, ours } from "../../../testing/mod.ts";
import { ClusterWorld, scenarioFiles, testScenario } from "../../../testing/scenario/mod.ts";
import { installPrograms } from "./support/installed-programs.ts";
import { outputFilters } from "./support/output-filters.ts";

const KINDS = { ours, c: debian };

/** `CTDB_TEST_DAEMON=ours,c` runs on both, `c` on Debian's alone. */
const kinds = (Deno.env.get("CTDB_TEST_DAEMON") ?? "ours").split(",") as (keyof typeof KINDS)[];

/** `CTDB_TEST_FILES=3,5` chooses files by their numbers; 5 needs 3 before it. */
const chosen = Deno.env.get("CTDB_TEST_FILES")?.split(",");

for (const kind of kinds) {
  Deno.test({
    name: `ctdb on a live cluster of daemons: ${kind}`,
    ignore: !IsolatedCluster.available(),
    fn: async (t) => {
      await using isolated = await IsolatedCluster.start(KINDS[kind]);
      const world = new ClusterWorld(isolated, {
        filters: outputFilters,
        // The captured machine had no such programs where the build would have installed them.
        env: {
          CTDB_EVENT_HELPER: "/nonexistent/ctdb-event",
          CTDB_NATGW_HELPER: "/nonexistent/ctdb_natgw",
          CTDB_LVS_HELPER: "/nonexistent/ctdb_lvs",
        },
      });
      await installPrograms(world.places.PREFIX!, isolated.cluster.nodes);
      for (const { name, file } of scenarioFiles(new URL("./live/", import.meta.url))) {
        if (chosen !== undefined && !chosen.includes(name[0]!)) continue;
        await t.step(name, (t) => testScenario(t, file, world));
      }
    },
  });
}
