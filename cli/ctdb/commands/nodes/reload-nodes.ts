import type { NodesList } from "../../../../lib/config/mod.ts";
import { type NodeEntry, NodeFlag } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { whilePaused } from "./messages.ts";
import { connectedNodes, nodeMap } from "./node-map.ts";
import { readNodeList } from "../../framework/nodes-source.ts";

export const commands = { reloadnodes } satisfies ClusterCommands;

/** A change that the file makes to a node, and what is said about it. */
export interface NodeChange {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** "none": a remark only. "refused": nothing can be reloaded. */
  readonly effect: "none" | "reload" | "refused";
}

async function reloadnodes(call: ClusterCall): Promise<void> {
  const map = await nodeMap(call);
  const list = await readNodeList(call.nodesSource, call.io.isTerminal("stderr"));
  await compareFiles(call, map, list);
  const changes = planChanges(map, list);
  for (const { stream, text } of changes) call.io[stream](`${text}\n`);
  if (changes.some(({ effect }) => effect === "refused")) {
    call.fail(1, "ERROR: Nodes will not be reloaded due to previous error");
  }
  const added = list.slice(map.length);
  for (const { pnn } of added) call.io.stdout(`Node ${pnn} is NEW\n`);
  if (added.length === 0 && !changes.some(({ effect }) => effect === "reload")) {
    call.note("No change in nodes file, skipping unnecessary reload");
    return;
  }
  const texts = { pause: "Failed to disable recoveries", resume: "Failed to enable recoveries" };
  await whilePaused(call, "DISABLE_RECOVERIES", texts, () => reload(call, map));
}

/** Every node must have the same file, or they would not agree on who is who. */
async function compareFiles(
  call: ClusterCall,
  map: readonly NodeEntry[],
  list: NodesList,
): Promise<void> {
  for (const pnn of connectedNodes(map)) {
    const then = `ERROR: Failed to get nodes file from node ${pnn}`;
    const theirs = await call.ask(pnn, "GET_NODES_FILE", undefined, then);
    if (!sameNodes(theirs, list)) {
      const local = call.client.pnn;
      call.fail(1, `ERROR: Nodes file on node ${pnn} differs from current node (${local})`);
    }
  }
}

function sameNodes(theirs: readonly NodeEntry[], ours: NodesList): boolean {
  return theirs.length === ours.length && theirs.every((node, i) => {
    const own = ours[i]!;
    return node.pnn === own.pnn && (node.flags === NodeFlag.DELETED) === own.deleted &&
      (own.deleted || node.address.address === own.address.address);
  });
}

/** What the file changes about the nodes that the cluster has, in their order (cli.md 4.27). */
export function planChanges(map: readonly NodeEntry[], list: NodesList): NodeChange[] {
  return map.flatMap((node, i) => changeOf(node, list[i]));
}

function changeOf(node: NodeEntry, line: NodesList[number] | undefined): NodeChange[] {
  const { pnn, flags } = node;
  const address = node.address.address;
  const refused = (text: string) => ({ stream: "stderr", text, effect: "refused" }) as const;
  const reload = (text: string) => ({ stream: "stdout", text, effect: "reload" }) as const;
  const wasDeleted = (flags & NodeFlag.DELETED) !== 0;
  const connected = (flags & NodeFlag.DISCONNECTED) === 0;
  if (line === undefined) {
    return wasDeleted ? [] : [refused(`Node ${pnn} (${address}) missing from nodes file`)];
  }
  if (wasDeleted) return line.deleted ? [] : [reload(`Node ${pnn} is UNDELETED`)];
  if (line.deleted) {
    const change = reload(`Node ${pnn} is DELETED`);
    return connected ? [change, refused(`ERROR: Node ${pnn} is still connected`)] : [change];
  }
  if (line.address.address !== address) {
    const now = line.address.address;
    return [refused(`Node ${pnn} has changed IP address (was ${address}, now ${now})`)];
  }
  if (connected) return [];
  const warning = `WARNING: Node ${pnn} is disconnected. You MUST fix this node manually!`;
  return [{ stream: "stderr", text: warning, effect: "none" }];
}

async function reload(call: ClusterCall, map: readonly NodeEntry[]): Promise<void> {
  const pnns = connectedNodes(map);
  const answers = await Promise.allSettled(
    pnns.map((pnn) => call.send(pnn, "RELOAD_NODES_FILE", undefined)),
  );
  const failed = pnns.filter((_, i) => answers[i]!.status === "rejected");
  for (const pnn of failed) call.note(`Node ${pnn} failed to reload nodes`);
  if (failed.length > 0) call.note("You MUST fix failed nodes manually!");
}
