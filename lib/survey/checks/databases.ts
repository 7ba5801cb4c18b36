import { DbFlag, idText, INACTIVE_FLAGS } from "../../wire/mod.ts";
import type { ClusterFacts, DatabaseFacts } from "../facts.ts";
import { type Check, type Finding, finding, NO_DAEMON, nodesText } from "../finding.ts";

/** Databases that are damaged, or not the same on all nodes. */
export const databases: Check = {
  name: "databases",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    return [...unhealthy(cluster), ...mixed(cluster), ...missing(cluster)];
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

const KINDS = DbFlag.PERSISTENT | DbFlag.REPLICATED;

function mixed({ peers, databaseNames }: ClusterFacts): Finding[] {
  return [...mixedKinds(peers.values())]
    .map(([id, kinds]) => mixedFinding(databaseNames.get(id), id, kinds));
}

/** By the word for a kind of database the nodes that have it so. */
type Kinds = ReadonlyMap<string, readonly number[]>;

/** One name, and databases of different kinds: they cannot be recovered together. */
export function mixedKinds(
  peers: Iterable<{
    readonly pnn: number;
    readonly databases: readonly Pick<DatabaseFacts, "id" | "flags">[];
  }>,
): Map<number, Kinds> {
  const kinds = new Map<number, Map<string, number[]>>();
  for (const { pnn, databases } of peers) {
    for (const { id, flags } of databases) {
      const ofId = kinds.get(id) ?? new Map<string, number[]>();
      const kind = kindText(flags & KINDS);
      kinds.set(id, ofId.set(kind, [...(ofId.get(kind) ?? []), pnn]));
    }
  }
  return new Map([...kinds].filter(([, ofId]) => ofId.size > 1));
}

/** What is said of it. */
export function mixedFinding(name: string | undefined, id: number, kinds: Kinds): Finding {
  return finding(
    "error",
    `Database ${name ?? idText(id)} is ` +
      [...kinds].map(([kind, pnns]) => `${kind} on ${nodesText(pnns)}`).join(" and "),
    [],
    "Whoever attaches it on one side does so with the wrong kind. Stop that, and detach it there " +
      "(`ctdb detach`), or move the file away while the daemon is down.",
  );
}

function kindText(flags: number): string {
  if ((flags & DbFlag.PERSISTENT) !== 0) return "persistent";
  return (flags & DbFlag.REPLICATED) !== 0 ? "replicated" : "volatile";
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
