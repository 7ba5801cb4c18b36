import { isLocalFileSystem } from "../file-system.ts";
import type { ClusterFacts, ClusterLockFacts, MachineFacts } from "../facts.ts";
import { type Check, type Finding, finding } from "../finding.ts";

/** Whether the cluster lock is set, the same on all nodes, shared between them, and locks. */
export const clusterLock: Check = {
  name: "cluster lock",
  examine({ machine, cluster }) {
    const lock = machine.clusterLock;
    if (lock.setting === undefined) return [...notSet(machine), ...ofCluster(cluster, lock)];
    return [
      ...ofCluster(cluster, lock),
      ...(lock.path === undefined ? [] : ofFile(machine, lock.path, cluster)),
    ];
  },
};

function notSet({ nodes, configuration }: MachineFacts): Finding[] {
  const count = "value" in nodes ? nodes.value.filter(({ deleted }) => !deleted).length : 0;
  if (count < 2) return [];
  return [finding(
    "warning",
    "There is no cluster lock: when the network splits, both halves go on and spoil the data",
    [],
    `Set \`cluster lock\` in the section [cluster] of ${configuration.file} on all nodes: a file on ` +
      "the cluster file system, or a lease in etcd (docs/cluster-lock.md).",
  )];
}

function ofCluster(cluster: ClusterFacts | undefined, lock: ClusterLockFacts): Finding[] {
  if (cluster === undefined) return [];
  const peers = [...cluster.peers.values()];
  const settings = new Set(peers.map(({ clusterLock }) => clusterLock));
  const self = cluster.peers.get(cluster.pnn);
  if (settings.size > 1) {
    return [finding(
      "error",
      "The cluster lock is not the same on all nodes",
      peers.map(({ pnn, clusterLock }) => `node ${pnn}: ${clusterLock ?? "none"}`),
      "Let all nodes have the same one, and restart those that had another: two nodes could lead.",
    )];
  }
  // A node that has not answered in time may have it all the same.
  if (self === undefined) return [];
  const own = self.clusterLock ?? null;
  if (own === (lock.setting ?? null)) return [];
  return [finding(
    "warning",
    "The cluster lock was changed in the configuration and the change is not in effect",
    [`in use: ${own ?? "none"}`, `configured: ${lock.setting ?? "none"}`],
    "It is read when a daemon starts: restart all nodes, which must agree on it.",
  )];
}

function ofFile(machine: MachineFacts, path: string, cluster: ClusterFacts | undefined): Finding[] {
  const { fileSystem, seenLocked, test, exists, hangs } = machine.clusterLock;
  if (hangs === true) {
    return [finding(
      "error",
      "The file system of the cluster lock does not answer",
      [path],
      "See to the cluster file system: kernel log, its servers, the network to them. Nodes lose the " +
        "lock and are banned while it hangs.",
    )];
  }
  const found: Finding[] = [];
  const led = cluster !== undefined && cluster.leader !== undefined && !cluster.recovering;
  if (fileSystem !== undefined && isLocalFileSystem(fileSystem.type) && !machine.allNodesHere) {
    found.push(finding(
      "error",
      "The cluster lock is on a file system that other machines do not share",
      [`${path} is on ${fileSystem.mountedOn}, which is ${fileSystem.type}`],
      "Mount the cluster file system there, or name a file that is on it: as it is, each node can " +
        "lead at the same time.",
    ));
  } else if (led && !exists) {
    found.push(finding(
      "error",
      "A leader holds the cluster lock, but its file is not here",
      [path],
      "See that the cluster file system is mounted: this node and the leader look at different files.",
    ));
  } else if (led && seenLocked === false) {
    found.push(finding(
      "error",
      `Node ${cluster.leader} leads, but its lock on the file is not seen from here`,
      [path],
      "Either the file is not shared or the file system does not pass locks between nodes: check " +
        "its mount options, and run `ping_pong -rw FILE 3` on two nodes at the same time.",
    ));
  }
  if (test?.outcome === "incoherent") {
    found.push(finding(
      "error",
      "The file system of the cluster lock does not lock or is not coherent",
      test.text.split("\n"),
      "It cannot carry a cluster: check mount options for POSIX locks; `ping_pong` shows details.",
    ));
  } else if (test?.outcome === "failed") {
    found.push(finding(
      "warning",
      "Locks could not be tested beside the cluster lock",
      test.text.split("\n"),
      `See that the directory of ${path} is there and can be written to.`,
    ));
  }
  return found;
}
