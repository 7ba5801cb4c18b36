import {
  ConnectionError,
  ControlError,
  DaemonConnection,
} from "../../../../lib/client/mod_connection.ts";
import { LONGEST_WAIT_TIMEOUT_S } from "../../../../lib/limits/mod.ts";
import {
  flagsText,
  INVALID_GENERATION,
  NodeFlag,
  RecoveryMode,
  RunState,
  UNKNOWN_PNN,
} from "../../../../lib/wire/mod.ts";
import { type Call, ClusterCall } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { withProgress } from "../../printing/progress.ts";
import { waitForLeader } from "./leader.ts";

export const commands = { wait } satisfies LocalCommands;

const USUAL_TIMEOUT_S = 60;
const POLL_MS = 200;
/** How long one answer may take; a leader speaks every second. */
const ANSWER_S = 2;

/** Looks once; the answer is what stands in the way, or nothing. */
type Look = (call: ClusterCall) => Promise<string | undefined>;

const GOALS: Readonly<Record<string, Look>> = {
  healthy: async (call) => await whyNotHealthy(call) ?? await whyNotRecovered(call),
  leader: async (call) =>
    await waitForLeader(call) === UNKNOWN_PNN ? "nobody leads the cluster" : undefined,
  recovered: whyNotRecovered,
};

/** Waits until the node or its cluster is as it is wished; a daemon that starts is waited for, too. */
async function wait(call: Call): Promise<void> {
  const goal = call.operand(0);
  const look = GOALS[goal] ?? call.usage(goal);
  const timeout_s = readTimeout(call);
  await withProgress(call.io, `waiting: ${goal}`, async () => {
    const reason = await lookUntil(call, look, performance.now() + timeout_s * 1000);
    if (reason !== undefined) {
      call.fail(1, `Wait for ${goal}: ${reason}, and that for ${timeout_s} s`);
    }
  });
}

function readTimeout(call: Call): number {
  const text = call.flagValue("timeout");
  if (text === undefined) return USUAL_TIMEOUT_S;
  const value = /^[0-9]{1,6}(\.[0-9]+)?$/.test(text) ? Number(text) : NaN;
  return value <= LONGEST_WAIT_TIMEOUT_S
    ? value
    : call.fail(1, `Invalid --timeout '${text}': 0 to ${LONGEST_WAIT_TIMEOUT_S} seconds`);
}

/** Looks again and again until nothing is in the way, or `deadline_ms` has come. */
async function lookUntil(
  call: Call,
  look: Look,
  deadline_ms: number,
): Promise<string | undefined> {
  let client: DaemonConnection | undefined;
  try {
    for (;;) {
      let reason: string | undefined;
      try {
        client ??= await connect(call);
        reason = await look(new ClusterCall(partsOf(call), client));
        if (reason === undefined) return undefined;
      } catch (error) {
        if (!(error instanceof ConnectionError || error instanceof ControlError)) throw error;
        reason = error.message;
        if (client?.isOpen !== true) client = undefined;
      }
      const left_ms = deadline_ms - performance.now();
      if (left_ms <= 0) return reason;
      await call.sleep(Math.min(POLL_MS, left_ms));
    }
  } finally {
    client?.close();
  }
}

function connect(call: Call): Promise<DaemonConnection> {
  const { signal } = call;
  return DaemonConnection.connect(call.paths.ctdbdSocket, { timeout_ms: ANSWER_S * 1000, signal });
}

function partsOf(call: Call) {
  return { ...call.parts, options: { ...call.options, timeLimit_s: ANSWER_S } };
}

async function whyNotHealthy(call: ClusterCall): Promise<string | undefined> {
  const runState = await call.send(call.target, "GET_RUNSTATE", undefined);
  if (runState !== RunState.RUNNING) return `node ${call.target} has not finished to start`;
  const map = await call.send(call.target, "GET_NODEMAP", undefined);
  const bad = map.find(({ pnn, flags }) =>
    flags !== 0 && (flags & NodeFlag.DELETED) === 0 && (pnn === call.target || call.flag("all"))
  );
  return bad && `node ${bad.pnn} is ${flagsText(bad.flags)}`;
}

async function whyNotRecovered(call: ClusterCall): Promise<string | undefined> {
  const { generation } = await call.send(call.target, "GETVNNMAP", undefined);
  if (generation === INVALID_GENERATION) return `node ${call.target} has never been recovered`;
  const mode = await call.send(call.target, "GET_RECMODE", undefined);
  return mode === RecoveryMode.NORMAL ? undefined : "a recovery is going on";
}
