import { idText, INACTIVE_FLAGS } from "../../wire/mod.ts";
import type { ClusterFacts } from "../facts.ts";
import { type Check, type Finding, finding, NO_DAEMON, nodesText } from "../finding.ts";

/** Databases that are damaged, or not the same on all nodes. */
export const databases: Check = {
  name: "databases",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    return [...unhealthy(cluster), ...missing(cluster)];
  },
};

function unhealthy({ peers, databaseNames }: ClusterFacts): Finding[] {
  return [...peers.values()].flatMap(({ pnn, databases }) =>
    databases.flatMap(({ id, health }) =>
      health === null ? [] : [finding(
        "error",
        `Database ${databaseNames.get(id) ?? idText(id)} is unhealthy on node ${pnn}`,
        [health],
        "If another node has a healthy copy a recovery (`ctdb recover`) brings it here; else restore " +
          "it with `ctdb restoredb`, or empty it with `ctdb wipedb`.",
      )]
    )
  );
}

/** After a recovery all active nodes have the same databases. */
function missing({ peers, nodes, databaseNames, recovering }: ClusterFacts): Finding[] {
  if (recovering) return [];
  const active = [...peers.values()].filter(({ pnn }) =>
    nodes.some((node) => node.pnn === pnn && (node.flags & INACTIVE_FLAGS) === 0)
  );
  const ids = new Set(active.flatMap(({ databases }) => databases.map(({ id }) => id)));
  return [...ids].flatMap((id) => {
    const without = active.filter(({ databases }) => !databases.some((one) => one.id === id))
      .map(({ pnn }) => pnn);
    if (without.length === 0) return [];
    return [finding(
      "warning",
      `Database ${databaseNames.get(id) ?? idText(id)} is not attached on ${nodesText(without)}`,
      [],
      "The leader attaches it there within a second or two; if it stays so, see those nodes' logs.",
    )];
  });
}
