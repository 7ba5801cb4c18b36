import {
  flagsText,
  INACTIVE_FLAGS,
  type NodeEntry,
  NodeFlag,
  type NodeStateName,
  nodeStates,
  RunState,
  UNKNOWN_FLAG,
} from "../../../lib/wire/mod.ts";
import type { ClusterCall } from "../framework/call.ts";
import { nodeLine } from "./node-line.ts";
import type { Pending } from "./progress.ts";
import { paint, type Tone } from "./style.ts";

/** The states that are columns of the machine form and properties in JSON, in their order. */
const COLUMN_STATES: readonly NodeStateName[] = [
  "disconnected",
  "unknown",
  "banned",
  "disabled",
  "unhealthy",
  "stopped",
  "inactive",
];

const title = (word: string) => `${word[0]!.toUpperCase()}${word.slice(1)}`;
const HEADER = ["Node", "IP", ...COLUMN_STATES.map(title), "PartiallyOnline", "ThisNode"];

/** A node as `status` and `nodestatus` show it. */
export interface ShownNode {
  readonly pnn: number;
  readonly address: string;
  readonly flags: number;
  /** It is well, but an interface of it is down. */
  readonly partiallyOnline: boolean;
  /** It is the one that was asked. */
  readonly thisNode: boolean;
}

/**
 * Replaces what the target cannot know yet: before its first recovery every other node's state is
 * unknown to it (2.3).
 */
export async function withUnknown(
  call: ClusterCall,
  map: readonly NodeEntry[],
): Promise<readonly NodeEntry[]> {
  const runState = await targetRunState(call);
  if (runState > RunState.FIRST_RECOVERY) return map;
  const gone = NodeFlag.DISCONNECTED | NodeFlag.DELETED;
  return map.map((node) =>
    node.pnn === call.target || (node.flags & gone) !== 0 ? node : { ...node, flags: UNKNOWN_FLAG }
  );
}

async function targetRunState(call: ClusterCall): Promise<number> {
  try {
    return await call.send(call.target, "GET_RUNSTATE", undefined);
  } catch (error) {
    call.report(error, call.target, "GET_RUNSTATE");
    // Under --json nothing but the document goes to standard output.
    if (call.options.json) call.note("Unable to get runstate");
    else call.io.stdout("Unable to get runstate");
    return call.fail(1);
  }
}

/** The nodes of `map` that are not deleted, with what their interfaces say (2.4). */
export async function shownNodes(
  call: ClusterCall,
  map: readonly NodeEntry[],
  pending: Pending,
): Promise<readonly ShownNode[]> {
  const shown = map.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
  const asked = shown.map(({ pnn, flags }) =>
    flags === 0 ? pending.during(`node ${pnn}`, linkDown(call, pnn)) : false
  );
  const answers = await Promise.allSettled(asked);
  return shown.map((node, i) => ({
    pnn: node.pnn,
    address: node.address.address,
    flags: node.flags,
    partiallyOnline: linkAnswer(call, node.pnn, answers[i]!),
    thisNode: node.pnn === call.target,
  }));
}

async function linkDown(call: ClusterCall, pnn: number): Promise<boolean> {
  const interfaces = await call.send(pnn, "GET_IFACES", undefined);
  return interfaces.some(({ linkUp }) => !linkUp);
}

/** A node that does not answer counts as one whose interfaces are well. */
function linkAnswer(
  call: ClusterCall,
  pnn: number,
  answer: PromiseSettledResult<boolean>,
): boolean {
  if (answer.status === "fulfilled") return answer.value;
  call.report(answer.reason, pnn, "GET_IFACES");
  return false;
}

/** The state of a node in words. */
export function stateText(node: ShownNode): string {
  return node.partiallyOnline ? "PARTIALLYONLINE" : flagsText(node.flags);
}

/** The lines of people. */
export function humanRows(call: ClusterCall, nodes: readonly ShownNode[]): string {
  return nodes.map((node) => {
    const state = paint(call.io, toneOf(node), stateText(node));
    return nodeLine(node.pnn, node.address, state, node.thisNode);
  }).join("");
}

function toneOf({ flags, partiallyOnline }: ShownNode): Tone {
  if ((flags & INACTIVE_FLAGS) !== 0) return "bad";
  return flags !== 0 || partiallyOnline ? "warning" : "good";
}

/** The table of programs. */
export function machineRows(call: ClusterCall, nodes: readonly ShownNode[]): string {
  const rows = nodes.map((node) => [
    node.pnn,
    node.address,
    ...COLUMN_STATES.map((state) => nodeStates(node.flags)[state] ? 1 : 0),
    node.partiallyOnline ? 1 : 0,
    node.thisNode ? "Y" : "N",
  ]);
  return call.rows([HEADER, ...rows]);
}

/** A node in the JSON of `status`, which is that of the C tool from 4.25 on (next.md 7.3). */
export function upstreamNodeJson(node: ShownNode): unknown {
  return {
    pnn: node.pnn,
    address: node.address,
    partially_online: node.partiallyOnline,
    flags_raw: node.flags,
    flags_ok: node.flags === 0,
    flags: nodeStates(node.flags),
    this_node: node.thisNode,
  };
}

/** A node in JSON. */
export function nodeJson(node: ShownNode): unknown {
  const states = nodeStates(node.flags);
  return {
    pnn: node.pnn,
    address: node.address,
    state: stateText(node),
    ...Object.fromEntries(COLUMN_STATES.map((state) => [state, states[state]])),
    partially_online: node.partiallyOnline,
    this_node: node.thisNode,
  };
}

/** The line that counts the nodes. */
export function countLine(map: readonly NodeEntry[]): string {
  const deleted = deletedCount(map);
  const remark = deleted === 0 ? "" : ` (including ${deleted} deleted nodes)`;
  return `Number of nodes:${map.length}${remark}\n`;
}

/** How many entries of the map are deleted nodes. */
export function deletedCount(map: readonly NodeEntry[]): number {
  return map.filter(({ flags }) => (flags & NodeFlag.DELETED) !== 0).length;
}
