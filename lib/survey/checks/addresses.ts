import { type Assignment, explainInWords, NOBODY } from "../../failover/mod.ts";
import { flagsText, type NodeEntry, RunState } from "../../wire/mod.ts";
import type { ClusterFacts } from "../facts.ts";
import { type Check, type Finding, finding, NO_DAEMON } from "../finding.ts";

/** Public addresses that nobody hosts, and why; interfaces without a link. */
export const addresses: Check = {
  name: "public addresses",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    const links = linksDown(cluster);
    if ("failure" in cluster.addresses) {
      return links.length > 0
        ? links
        : `the nodes could not be asked: ${cluster.addresses.failure}`;
    }
    const { assignments } = cluster.addresses.value;
    return [
      ...assignments.filter(({ previous }) => previous === NOBODY)
        .map((assignment) => unhosted(assignment, cluster)),
      ...assignments.flatMap(conflicts),
      ...links,
    ];
  },
};

function unhosted(assignment: Assignment, cluster: ClusterFacts): Finding {
  const { address, pnn, knownBy, explanation } = assignment;
  if (pnn !== NOBODY) {
    return finding(
      "warning",
      `Nobody hosts ${address} now; node ${pnn} will after the next takeover run`,
      [explainInWords(pnn, explanation)],
      "Run `ctdb ipreallocate`. If that does not help the takeip event fails " +
        (pnn === cluster.pnn ? "here: see the log." : "on that node: see its log."),
    );
  }
  return finding(
    "error",
    `Nobody hosts ${address}`,
    [explainInWords(pnn, explanation), ...knownBy.map((node) => whyNot(node, cluster))],
    explanation.unhosted === "no-takeover"
      ? "Set the tunable NoIPTakeover to 0, or move the address by hand with `ctdb moveip`."
      : "Bring one of the nodes that know the address back to health.",
  );
}

/** Why a node that knows an address may not host it. */
function whyNot(pnn: number, cluster: ClusterFacts): string {
  const flags = cluster.nodes.find((node: NodeEntry) => node.pnn === pnn)?.flags ?? 0;
  if (flags !== 0) return `node ${pnn} is ${flagsText(flags).replace("|INACTIVE", "")}`;
  const peer = cluster.peers.get(pnn);
  if (peer === undefined) return `node ${pnn} does not answer`;
  if (peer.runState !== RunState.RUNNING) return `node ${pnn} has not finished to start`;
  const down = peer.interfaces.filter(({ linkUp }) => !linkUp).map(({ name }) => name);
  return down.length === 0
    ? `node ${pnn} says that it cannot host it now`
    : `node ${pnn} has no link on ${down.join(", ")}`;
}

function conflicts({ address, explanation }: Assignment): Finding[] {
  return explanation.steps.flatMap((step) =>
    step.kind !== "conflict" ? [] : [finding(
      "error",
      `Several nodes host ${address}: ${step.claimants.join(", ")}`,
      [],
      "Run `ctdb ipreallocate`: all but one release it. Clients may have reached the wrong node.",
    )]
  );
}

function linksDown({ peers }: ClusterFacts): Finding[] {
  return [...peers.values()].flatMap(({ pnn, interfaces }) =>
    interfaces.filter(({ linkUp }) => !linkUp).map(({ name }) =>
      finding(
        "warning",
        `Interface ${name} of node ${pnn} has no link`,
        [],
        "Its public addresses go to other interfaces and nodes until it is back: see cable, switch " +
          "and `ip link`.",
      )
    )
  );
}
