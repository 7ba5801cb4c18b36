import { type ClusterClient, isNoAnswer } from "../client/mod.ts";
import { DbFlag, type NodeEntry, NodeFlag } from "../wire/mod.ts";
import { Asking, type ClusterQuestions } from "./cluster-facts.ts";
import { mixedFinding, mixedKinds } from "./checks/databases.ts";
import { diskFindings } from "./checks/disks.ts";
import { missingRoles } from "./checks/node-states.ts";
import { lookAtDisks } from "./disks.ts";
import type { DatabaseFacts, NodeFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const GONE = NodeFlag.DELETED | NodeFlag.DISCONNECTED;

type Peer = Pick<NodeFacts, "pnn" | "capabilities"> & {
  readonly databases: readonly Pick<DatabaseFacts, "id" | "flags">[];
};

/**
 * What keeps a cluster from coming to rest and is not to be seen from the flags of its nodes, for a
 * look that costs two questions a node: nobody has a role, one name is two kinds of database, the
 * disk under this node's databases is full. `ctdb doctor` looks at much more.
 */
export async function gatherProblems(
  client: ClusterClient,
  nodes: readonly NodeEntry[],
  questions: Omit<ClusterQuestions, "watchLocks_ms">,
): Promise<readonly Finding[]> {
  const asking = new Asking(client, questions);
  const present = nodes.filter(({ flags }) => (flags & GONE) === 0);
  const answers = await Promise.all(present.map(({ pnn }) => askPeer(asking, pnn)));
  const peers = new Map(answers.filter((peer) => peer !== undefined).map((one) => [one.pnn, one]));
  // Of a node that does not answer nobody knows which roles it has.
  const roles = peers.size === present.length ? missingRoles({ nodes, peers }) : [];
  const mixed = [...mixedKinds(peers.values())];
  const names = await asking.each(
    mixed.map(([id]) => id),
    (id) => asking.ask(client.pnn, "GET_DBNAME", id),
  );
  const disks = await lookAtDisks(await directoriesOf(asking, peers.get(client.pnn)));
  return [
    ...roles,
    ...mixed.map(([id, kinds]) => mixedFinding(names.get(id), id, kinds)),
    ...diskFindings(disks).filter(({ severity }) => severity === "error"),
  ];
}

async function askPeer(asking: Asking, pnn: number): Promise<Peer | undefined> {
  try {
    const [capabilities, map] = await Promise.all([
      asking.ask(pnn, "GET_CAPABILITIES", undefined),
      asking.ask(pnn, "GET_DBMAP", undefined),
    ]);
    return { pnn, capabilities, databases: map.map(({ dbId, flags }) => ({ id: dbId, flags })) };
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    return undefined;
  }
}

/** Where the databases of this node are: one of each kind tells. */
async function directoriesOf(asking: Asking, self: Peer | undefined) {
  const isPersistent = (flags: number) => (flags & DbFlag.PERSISTENT) !== 0;
  const chosen = [true, false].flatMap((persistent) =>
    self?.databases.find(({ flags }) => isPersistent(flags) === persistent) ?? []
  );
  const paths = await asking.each(
    chosen.map(({ id }) => id),
    (id) => asking.ask(self!.pnn, "GETDBPATH", id),
  );
  return chosen.flatMap(({ id, flags }) => {
    const path = paths.get(id);
    if (path === undefined) return [];
    const use = `${isPersistent(flags) ? "persistent" : "volatile"} databases`;
    return [{ use, path: path.slice(0, path.lastIndexOf("/")) }];
  });
}
