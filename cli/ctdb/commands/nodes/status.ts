import {
  INVALID_GENERATION,
  type NodeEntry,
  NodeFlag,
  RecoveryMode,
} from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { leaderText, waitForLeader } from "./leader.ts";
import { listedNodes, nodeMap } from "./node-map.ts";
import {
  countLine,
  deletedCount,
  humanRows,
  machineRows,
  nodeJson,
  type ShownNode,
  shownNodes,
  upstreamNodeJson,
  withUnknown,
} from "../../printing/node-rows.ts";
import { Pending } from "../../printing/progress.ts";
import { paint } from "../../printing/style.ts";

export const commands = { status, nodestatus } satisfies ClusterCommands;

async function status(call: ClusterCall): Promise<void> {
  const map = await withUnknown(call, await nodeMap(call));
  if (call.options.machine) {
    call.io.stdout(machineRows(call, await nodesOf(call, map)));
    return;
  }
  const vnnMap = await call.ask(call.target, "GETVNNMAP", undefined);
  const recoveryMode = await call.ask(call.target, "GET_RECMODE", undefined);
  const pending = new Pending();
  const [leader, nodes, problems] = await pending.show(call.io, () =>
    Promise.all([
      pending.during("a leader", waitForLeader(call)),
      shownNodes(call, map, pending),
      call.options.json ? problemsOf(call, map) : [],
    ]));
  const mode = recoveryMode === RecoveryMode.NORMAL ? "NORMAL" : "RECOVERY";
  const invalid = vnnMap.generation === INVALID_GENERATION;
  call.print({
    human: () =>
      countLine(map) + humanRows(call, nodes) +
      `Generation:${invalid ? "INVALID" : vnnMap.generation}\n` +
      `Size:${vnnMap.map.length}\n` +
      vnnMap.map.map((pnn, hash) => `hash:${hash} lmaster:${pnn}\n`).join("") +
      `Recovery mode:${
        paint(call.io, mode === "NORMAL" ? "good" : "warning", mode)
      } (${recoveryMode})\n` +
      `Leader:${leaderText(leader)}\n`,
    upstreamJson: () => ({
      node_status: {
        node_count: map.length,
        deleted_node_count: deletedCount(map),
        nodes: Object.fromEntries(nodes.map((node) => [node.pnn, upstreamNodeJson(node)])),
      },
      vnn_status: {
        generation: invalid ? null : vnnMap.generation,
        size: vnnMap.map.length,
        vnn_map: vnnMap.map.map((lmaster, hash) => ({ hash, lmaster })),
      },
      recovery_mode: mode,
      recovery_mode_raw: recoveryMode,
      leader,
      // Beyond Samba's document; programs that compare see it only when something is wrong.
      ...(problems.length === 0 ? {} : { problems }),
    }),
  });
}

/** What keeps the cluster from coming to rest, with who is to blame. */
async function problemsOf(call: ClusterCall, map: readonly NodeEntry[]) {
  const { gatherProblems } = await import("../../../../lib/survey/mod.ts");
  const questions = { timeout_ms: call.timeLimit_ms, signal: call.signal };
  const found = await gatherProblems(call.client, map, questions);
  return found.map(({ severity, title, detail, advice }) => ({ severity, title, detail, advice }));
}

async function nodestatus(call: ClusterCall): Promise<number> {
  const [operand] = call.operands;
  const read = await nodeMap(call);
  const listed = listedNodes(call, read, operand);
  const map = await withUnknown(call, read);
  const chosen = listed.map((pnn) => map.find((node) => node.pnn === pnn)!);
  const nodes = await nodesOf(call, chosen);
  call.print({
    human: () => (operand === "all" ? countLine(map) : "") + humanRows(call, nodes),
    machine: () => machineRows(call, nodes),
    json: () => ({ nodes: nodes.map(nodeJson), deleted_nodes: deletedCount(chosen) }),
  });
  return unionOfFlags(chosen);
}

/** The nodes as they are shown; on a terminal it is said whose answer is missing. */
function nodesOf(call: ClusterCall, map: readonly NodeEntry[]): Promise<readonly ShownNode[]> {
  const pending = new Pending();
  return pending.show(call.io, () => shownNodes(call, map, pending));
}

/** The exit status of `nodestatus`: what is wrong with any of the nodes (cli.md 4.2). */
function unionOfFlags(nodes: readonly NodeEntry[]): number {
  return nodes
    .filter(({ flags }) => (flags & NodeFlag.DELETED) === 0)
    .reduce((all, { flags }) => all | flags, 0);
}
