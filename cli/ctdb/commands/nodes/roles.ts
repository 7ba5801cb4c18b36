import { Capability, RunState } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { leaderJson, leaderText, waitForLeader } from "./leader.ts";

export const commands = {
  leader,
  recmaster: leader,
  runstate,
  getcapabilities,
  setlmasterrole: (call) => setRole(call, "SET_LMASTERROLE"),
  setleaderrole: (call) => setRole(call, "SET_RECMASTERROLE"),
  getreclock,
} satisfies ClusterCommands;

async function leader(call: ClusterCall): Promise<void> {
  const found = await waitForLeader(call);
  call.print({
    human: () => `${leaderText(found)}\n`,
    json: () => ({ leader: leaderJson(found) }),
  });
}

const RUN_STATE_NAMES = Object.keys(RunState) as (keyof typeof RunState)[];

async function runstate(call: ClusterCall): Promise<number> {
  const number = await call.ask(call.target, "GET_RUNSTATE", undefined);
  const name = RUN_STATE_NAMES.find((key) => RunState[key] === number) ?? "UNKNOWN";
  for (const operand of call.operands) {
    const wanted = RUN_STATE_NAMES.find((key) => key === operand.toUpperCase());
    if (wanted === undefined || wanted === "UNKNOWN") {
      call.complain(`Invalid run state (${operand})`);
      return 1;
    }
    if (wanted === name) return showRunState(call, name);
  }
  if (call.operands.length === 0) return showRunState(call, name);
  call.complain(`CTDB not in required run state (got ${name})`);
  return 1;
}

function showRunState(call: ClusterCall, name: string): number {
  call.print({ human: () => `${name}\n`, json: () => ({ pnn: call.target, run_state: name }) });
  return 0;
}

async function getcapabilities(call: ClusterCall): Promise<void> {
  const bits = await call.ask(call.target, "GET_CAPABILITIES", undefined);
  const leader = (bits & Capability.RECMASTER) !== 0;
  const lmaster = (bits & Capability.LMASTER) !== 0;
  const word = (yes: boolean) => yes ? "YES" : "NO";
  call.print({
    human: () => `LEADER: ${word(leader)}\nLMASTER: ${word(lmaster)}\n`,
    machine: () => call.rows([["LEADER", "LMASTER"], [leader ? 1 : 0, lmaster ? 1 : 0]]),
    json: () => ({ pnn: call.target, leader, lmaster }),
  });
}

async function setRole(
  call: ClusterCall,
  control: "SET_LMASTERROLE" | "SET_RECMASTERROLE",
): Promise<void> {
  const operand = call.operand(0);
  if (operand !== "on" && operand !== "off") call.usage(operand);
  await call.ask(call.target, control, operand === "on" ? 1 : 0);
}

async function getreclock(call: ClusterCall): Promise<void> {
  const lock = await call.ask(call.target, "GET_RECLOCK_FILE", undefined);
  call.print({
    human: () => lock === null ? "" : `${lock}\n`,
    json: () => ({ cluster_lock: lock }),
  });
}
