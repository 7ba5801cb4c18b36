import type { NodeEntry } from "../../wire/mod.ts";
import { NodeFlag } from "../../wire/mod.ts";
import type { Facts, MachineFacts } from "../facts.ts";
import { type Check, type Finding, finding } from "../finding.ts";

/** The list of nodes: readable, with this machine in it, the same everywhere and in use. */
export const nodesFile: Check = {
  name: "nodes file",
  examine(facts) {
    return [...onThisMachine(facts.machine), ...betweenNodes(facts)];
  },
};

function onThisMachine({ nodes, nodesSource, ownPnns, nodeAddress }: MachineFacts): Finding[] {
  if ("failure" in nodes) {
    return [finding(
      "error",
      "The list of nodes cannot be read",
      [nodes.failure],
      `Put the address of each node on a line of its own into ${nodesSource}, the same file on all ` +
        "nodes; a name is not an address.",
    )];
  }
  const addresses = nodes.value.flatMap((node) => node.deleted ? [] : [node.address.address]);
  const twice = addresses.filter((address, i) => addresses.indexOf(address) !== i);
  const found = twice.length === 0 ? [] : [finding(
    "error",
    "An address is in the list of nodes more than once",
    twice,
    `Remove the second line from ${nodesSource} on all nodes.`,
  )];
  if (nodeAddress !== undefined && !addresses.includes(nodeAddress)) {
    found.push(finding(
      "error",
      `[cluster] node address is not in the list of nodes: ${nodeAddress}`,
      [],
      `Let it be one of the addresses in ${nodesSource}, or remove the option.`,
    ));
  } else if (ownPnns.length === 0) {
    found.push(finding(
      "error",
      "No address in the list of nodes belongs to this machine",
      addresses.slice(0, 8),
      `Add this machine to ${nodesSource} on all nodes, or bring its private interface up.`,
    ));
  }
  return found;
}

function betweenNodes({ machine, cluster }: Facts): Finding[] {
  if (cluster === undefined) return [];
  const self = cluster.peers.get(cluster.pnn);
  // A node that has not answered in time has said nothing of its file.
  if (self === undefined) return [];
  const own = self.nodesFile;
  const found: Finding[] = [];
  if (own === undefined) {
    found.push(finding(
      "warning",
      "The daemon cannot read its list of nodes any more",
      [],
      `See that ${machine.nodesSource} is there and right: it is read by \`ctdb reloadnodes\`.`,
    ));
  } else {
    const changed = differences(cluster.nodes, own, "in use", "in the file");
    if (changed.length > 0) {
      found.push(finding(
        "warning",
        "The nodes file was changed and the change is not in effect",
        changed,
        "When the file is the same on all nodes, run `ctdb reloadnodes`.",
      ));
    }
  }
  for (const { pnn, nodesFile } of cluster.peers.values()) {
    if (pnn === cluster.pnn || own === undefined) continue;
    const differ = nodesFile === undefined
      ? ["it cannot be read there"]
      : differences(own, nodesFile, "here", `on node ${pnn}`);
    if (differ.length === 0) continue;
    found.push(finding(
      "error",
      `The nodes file of node ${pnn} differs from the one of this node`,
      differ,
      "Copy the right one to all nodes, then run `ctdb reloadnodes`: numbers of nodes hang on it.",
    ));
  }
  return found;
}

/** The lines in which two lists differ. */
function differences(
  one: readonly NodeEntry[],
  other: readonly NodeEntry[],
  ofOne: string,
  ofOther: string,
): string[] {
  const lines: string[] = [];
  for (let pnn = 0; pnn < Math.max(one.length, other.length); pnn++) {
    const [a, b] = [entryText(one[pnn]), entryText(other[pnn])];
    if (a !== b) lines.push(`number ${pnn}: ${a} ${ofOne}, ${b} ${ofOther}`);
  }
  return lines;
}

function entryText(node: NodeEntry | undefined): string {
  if (node === undefined) return "no line";
  return (node.flags & NodeFlag.DELETED) === 0 ? node.address.address : "deleted";
}
