import { defaultTunables, type TunableName, tunables as tunableTable } from "../../wire/mod.ts";
import type { NodeFacts } from "../facts.ts";
import { type Check, finding, NO_DAEMON } from "../finding.ts";

/** Tunables that are not at their defaults, and those that differ between nodes. */
export const tunablesCheck: Check = {
  name: "tunables",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    const peers = [...cluster.peers.values()];
    const names = tunableTable.filter(({ obsolete }) => !obsolete).map(({ name }) => name);
    const split = names.filter((name) => valuesOf(name, peers).size > 1);
    const tuned = names.filter((name) =>
      !split.includes(name) && peers.some((peer) => peer.tunables[name] !== defaultTunables[name])
    );
    return [
      ...split.map((name) =>
        finding(
          "warning",
          `Tunable ${name} is not the same on all nodes`,
          peers.map(({ pnn, tunables }) => `node ${pnn}: ${tunables[name]}`),
          "Write the same ctdb.tunables on all nodes, and set it now with `ctdb setvar -n NODE`.",
        )
      ),
      ...(tuned.length === 0 ? [] : [finding(
        "note",
        tuned.length === 1
          ? "A tunable is not at its default"
          : `${tuned.length} tunables are not at their defaults`,
        tuned.map((name) =>
          `${name} is ${peers[0]!.tunables[name]}, the default ${defaultTunables[name]}`
        ),
        "Nothing needs to be done if they were set on purpose.",
      )]),
    ];
  },
};

function valuesOf(name: TunableName, peers: readonly NodeFacts[]): ReadonlySet<number> {
  return new Set(peers.map(({ tunables }) => tunables[name]));
}
