import { type NodeEntry, NodeFlag } from "../../wire/mod.ts";
import type { ClusterFacts, Facts, ProbeResult } from "../facts.ts";
import { type Check, type Finding, finding, nodesText } from "../finding.ts";

const PROBE_TEXTS: Readonly<Record<ProbeResult, string>> = {
  accepts: "its port accepts connections from here",
  refused: "the machine answers, but nothing listens at its port",
  silent: "nothing comes back from its port: the machine is down, or a firewall drops the packets",
  unreachable: "there is no way to its address",
};

const PROBE_ADVICE: Readonly<Record<ProbeResult, string>> = {
  accepts:
    "Connections from here work, so look at the other direction: routing and firewall from " +
    "that node to this one, TCP port 4379, and its log.",
  refused: "Start the daemon there.",
  silent: "See that the machine runs and that TCP port 4379 is open in both directions.",
  unreachable: "See to the private network of this machine: interface, address, route.",
};

/** Which nodes cannot be reached, by whom, and in which direction. */
export const peers: Check = {
  name: "connections",
  examine(facts) {
    const { cluster } = facts;
    if (cluster === undefined) return withoutDaemon(facts);
    return [
      ...goneForUs(facts, cluster),
      ...goneForOthers(cluster),
      ...[...cluster.silent].map(([pnn, reason]) =>
        finding(
          "error",
          `Node ${pnn} is connected but does not answer`,
          [reason],
          "Its daemon hangs or is overloaded: look at its load and its log.",
        )
      ),
    ];
  },
};

/** Whether others can be reached from here when our own daemon cannot tell. */
function withoutDaemon({ machine: { probes, ownPnns } }: Facts): Finding[] | string {
  const others = [...probes].filter(([pnn]) => !ownPnns.includes(pnn));
  if (others.length === 0) return "there is no other node to try";
  return others.filter(([, result]) => result === "silent" || result === "unreachable")
    .map(([pnn, result]) =>
      finding(
        "warning",
        `Node ${pnn} cannot be reached`,
        [PROBE_TEXTS[result]],
        PROBE_ADVICE[result],
      )
    );
}

function goneForUs({ machine: { probes } }: Facts, cluster: ClusterFacts): Finding[] {
  return cluster.nodes.filter(isGone).map(({ pnn, address }) => {
    const seenBy = [...cluster.peers.values()]
      .filter((peer) => peer.pnn !== cluster.pnn && peer.pnn !== pnn)
      .filter(({ nodes }) => nodes.some((node) => node.pnn === pnn && !isGone(node)))
      .map((peer) => peer.pnn);
    const probe = probes.get(pnn);
    const detail = [`address ${address.address}`];
    if (probe !== undefined) detail.push(PROBE_TEXTS[probe]);
    if (seenBy.length > 0) {
      detail.push(`${nodesText(seenBy)} can reach it: the trouble is between it and us`);
    }
    return finding(
      "error",
      `Node ${pnn} is disconnected`,
      detail,
      probe === undefined ? "See that its daemon runs." : PROBE_ADVICE[probe],
    );
  });
}

/** Pairs of other nodes of which one does not see the other, while we see both. */
function goneForOthers(cluster: ClusterFacts): Finding[] {
  const goneHere = new Set(cluster.nodes.filter(isGone).map(({ pnn }) => pnn));
  return [...cluster.peers.values()].filter(({ pnn }) => pnn !== cluster.pnn).flatMap((peer) => {
    const missed = peer.nodes.filter((node) => isGone(node) && !goneHere.has(node.pnn))
      .map(({ pnn }) => pnn);
    if (missed.length === 0) return [];
    return [finding(
      "error",
      `Node ${peer.pnn} is not connected to ${nodesText(missed)}, which this node can reach`,
      [],
      `See to the network between them, TCP port 4379 in both directions. All nodes must reach all ` +
        "others: a cluster that is connected only in part bans nodes.",
    )];
  });
}

function isGone({ flags }: NodeEntry): boolean {
  return (flags & NodeFlag.DISCONNECTED) !== 0 && (flags & NodeFlag.DELETED) === 0;
}
