import { type Check, finding, NO_DAEMON } from "../finding.ts";

/**
 * Whether all nodes run the same release. The protocol does not tell releases; it tells the tunables
 * that a node knows, and releases differ in those.
 */
export const versions: Check = {
  name: "versions",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    const own = cluster.peers.get(cluster.pnn)?.tunableNames;
    if (own === undefined) return [];
    return [...cluster.peers.values()].flatMap(({ pnn, tunableNames }) => {
      const here = own.filter((name) => !tunableNames.includes(name));
      const there = tunableNames.filter((name) => !own.includes(name));
      if (here.length + there.length === 0) return [];
      return [finding(
        "warning",
        `Node ${pnn} runs another release`,
        [
          ...(here.length > 0 ? [`tunables that only this node knows: ${here.join(", ")}`] : []),
          ...(there.length > 0
            ? [`tunables that only node ${pnn} knows: ${there.join(", ")}`]
            : []),
        ],
        "Mixed releases are for the time of an update only: bring all nodes to the same one.",
      )];
    });
  },
};
