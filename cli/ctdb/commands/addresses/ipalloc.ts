import { type HomeNode, readHomeNodes, systemConfigIo } from "../../../../lib/config/mod.ts";
import { ControlError } from "../../../../lib/client/mod.ts";
import {
  type AllocationInput,
  type Assignment,
  explainInWords,
  type Forecast,
  forecast,
  NOBODY,
  type NodeReport,
} from "../../../../lib/failover/mod.ts";
import {
  ControlFlag,
  DISABLED_FLAGS,
  INACTIVE_FLAGS,
  type NodeEntry,
  RunState,
} from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { waitForLeader } from "../nodes/leader.ts";
import { listedNodes, nodeMap } from "../nodes/node-map.ts";

export const commands = { ipalloc } satisfies ClusterCommands;

interface Wishes {
  readonly explain: boolean;
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** What the next takeover run would decide; nothing is changed (`failover.md` 6). */
async function ipalloc(call: ClusterCall): Promise<void> {
  const map = await nodeMap(call);
  const wishes = readWishes(call, map);
  const input = await allocationInput(call, map);
  const result = forecast(input, wishes);
  for (const warning of result.warnings) call.note(warning);
  for (const pnn of result.unknown) call.note(`No public addresses are known of node ${pnn}`);
  call.print({
    human: () => humanForecast(result, wishes.explain),
    json: () => ({
      algorithm: result.algorithm,
      addresses: result.assignments.map(assignmentJson),
    }),
  });
}

/** `--dry-run` is only for those who want to be sure: nothing is ever changed. */
function readWishes(call: ClusterCall, map: readonly NodeEntry[]): Wishes {
  const list = (flag: string) => {
    const nodes = call.flagValue(flag);
    return nodes === undefined ? [] : listedNodes(call, map, nodes);
  };
  return { explain: call.flag("explain"), up: list("up"), down: list("down") };
}

/** Asks every node what a takeover run would ask it. */
async function allocationInput(
  call: ClusterCall,
  map: readonly NodeEntry[],
): Promise<AllocationInput> {
  const leader = await waitForLeader(call);
  const asked = map.some(({ pnn }) => pnn === leader) ? leader : call.client.pnn;
  const tunable = (name: string) => call.ask(asked, "GET_TUNABLE", name);
  return {
    nodes: await Promise.all(map.map((node) => nodeReport(call, node))),
    algorithm: await tunable("IPAllocAlgorithm"),
    noIPTakeover: await tunable("NoIPTakeover") !== 0,
    noIPFailback: await tunable("NoIPFailback") !== 0,
    forceRebalance: [],
    homeNodes: await homeNodes(call),
  };
}

async function nodeReport(call: ClusterCall, { pnn, flags }: NodeEntry): Promise<NodeReport> {
  if ((flags & INACTIVE_FLAGS) !== 0) return { known: [], available: [] };
  try {
    const known = await call.send(pnn, "GET_PUBLIC_IPS", undefined);
    const available = await call.send(pnn, "GET_PUBLIC_IPS", undefined, {
      flags: ControlFlag.PUBLIC_IP_ONLY_AVAILABLE,
    });
    const hosts = (flags & DISABLED_FLAGS) === 0 &&
      await call.send(pnn, "GET_RUNSTATE", undefined) === RunState.RUNNING;
    return {
      known: known.map(({ address, pnn: holder }) => ({ address: address.address, holder })),
      available: hosts ? available.map(({ address }) => address.address) : [],
    };
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    call.report(error, pnn, "GET_PUBLIC_IPS");
    return { known: [], available: [] };
  }
}

async function homeNodes(call: ClusterCall): Promise<readonly HomeNode[]> {
  const { homes, messages } = await readHomeNodes(call.paths.homeNodes, systemConfigIo);
  for (const { file, line, text } of messages) call.note(`${file}:${line}: ${text}`);
  return homes;
}

function humanForecast({ assignments }: Forecast, explain: boolean): string {
  return assignments.map(({ address, pnn, previous, explanation }) => {
    const moved = pnn === previous ? "" : ` (now ${nodeText(previous)})`;
    const why = explain ? `\n  ${explainInWords(pnn, explanation)}` : "";
    return `${address} ${nodeText(pnn)}${moved}${why}\n`;
  }).join("");
}

function nodeText(pnn: number): string {
  return pnn === NOBODY ? "-1" : String(pnn);
}

function assignmentJson({ address, pnn, previous, knownBy, explanation }: Assignment): unknown {
  const node = (value: number) => value === NOBODY ? null : value;
  return {
    address,
    node: node(pnn),
    previous_node: node(previous),
    known_by: knownBy,
    candidates: explanation.candidates,
    explanation: explainInWords(pnn, explanation),
  };
}
