import { Errno } from "../../../../lib/base/mod.ts";
import { atoi } from "../../../../lib/base/mod_basics.ts";
import { logLevelName, parseLogLevel } from "../../../../lib/logging/mod_level.ts";
import { encode, NodeFlag, Srvid, srvidMessage } from "../../../../lib/wire/mod.ts";
import { ControlError, RequestTimeoutError } from "../../../../lib/client/mod_connection.ts";
import { cTime, elapsedText, timeJson } from "../../printing/c-time.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { type DocumentSchemas, shape } from "../../framework/schema.ts";
import { parseU64 } from "../../../numbers.ts";
import { nodeMap } from "../nodes/node-map.ts";
import { replySrvid } from "../nodes/reply-srvid.ts";

export const commands = {
  uptime,
  ping,
  "process-exists": processExists,
  getpid,
  setdebug,
  getdebug,
  dumpmemory,
  rddumpmemory,
} satisfies ClusterCommands;

export const schemas = {
  ping: shape.object({ pnn: shape.integer, time_s: shape.number, clients: shape.integer }),
  getpid: shape.object({ pnn: shape.integer, pid: shape.integer }),
  getdebug: shape.object({
    pnn: shape.integer,
    level: shape.oneOf("ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"),
  }),
} satisfies DocumentSchemas;

async function uptime(call: ClusterCall): Promise<void> {
  const times = await call.ask(call.target, "UPTIME", undefined);
  const now = times.currentTime;
  const since = (time: bigint) => `(${elapsedText(time, now)}) ${cTime(time)}`;
  const recovery_us = times.lastRecoveryFinished - times.lastRecoveryStarted;
  const recovery_s = Number(recovery_us) / 1e6;
  call.print({
    human: () =>
      `Current time of node ${String(call.target).padEnd(4)}     :                ${cTime(now)}\n` +
      `Ctdbd start time              : ${since(times.ctdbdStartTime)}\n` +
      `Time of last recovery/failover: ${since(times.lastRecoveryFinished)}\n` +
      `Duration of last recovery/failover: ${recovery_s.toFixed(6)} seconds\n`,
    json: () => ({
      pnn: call.target,
      current_time: timeJson(now),
      start_time: timeJson(times.ctdbdStartTime),
      last_recovery_time: timeJson(times.lastRecoveryFinished),
      last_recovery_duration_s: recovery_s,
    }),
  });
}

async function ping(call: ClusterCall): Promise<number | void> {
  if (call.options.allNodes) return await pingAll(call);
  const start = performance.now();
  const clients = await call.ask(call.target, "PING", undefined);
  const time_s = (performance.now() - start) / 1000;
  const { target: pnn } = call;
  call.print({
    human: () => `response from ${pnn} time=${time_s.toFixed(6)} sec  (${clients} clients)\n`,
    json: () => ({ pnn, time_s, clients }),
  });
}

/** What check_ctdb reads: a line for each node; the exit status tells whether all answered. */
async function pingAll(call: ClusterCall): Promise<number> {
  const nodes = (await nodeMap(call)).filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
  const lines = await Promise.all(nodes.map(async ({ pnn }) => {
    const start = performance.now();
    try {
      const clients = await call.send(pnn, "PING", undefined);
      const time_s = (performance.now() - start) / 1000;
      return `response from ${pnn} time=${time_s.toFixed(6)} sec  (${clients} clients)\n`;
    } catch (error) {
      if (!(error instanceof ControlError) && !(error instanceof RequestTimeoutError)) throw error;
      return `Unable to get ping response from node ${pnn}\n`;
    }
  }));
  call.io.stdout(lines.join(""));
  return lines.every((line) => line.startsWith("response")) ? 0 : 255;
}

async function processExists(call: ClusterCall): Promise<number> {
  const pid = atoi(call.operand(0));
  const operand = call.operands[1];
  const srvid = operand === undefined ? 0n : parseU64(operand);
  if (srvid === undefined) call.fail(Errno.EINVAL, `Invalid srvid ${operand}`);
  const exists = await findProcess(call, pid, srvid);
  const withSrvid = srvid === 0n ? "" : ` with SRVID 0x${srvid.toString(16)}`;
  call.print({
    human: () => `PID ${pid}${withSrvid} ${exists ? "exists" : "does not exist"}\n`,
    json: () => ({
      pid,
      srvid: srvid === 0n ? null : `0x${srvid.toString(16)}`,
      exists,
    }),
  });
  return exists ? 0 : 1;
}

async function findProcess(call: ClusterCall, pid: number, srvid: bigint): Promise<boolean> {
  const name = srvid === 0n ? "PROCESS_EXISTS" : "CHECK_PID_SRVID";
  try {
    if (srvid === 0n) await call.send(call.target, "PROCESS_EXISTS", pid);
    else await call.send(call.target, "CHECK_PID_SRVID", { pid, srvid });
    return true;
  } catch (error) {
    // The daemon's way to say no.
    if (error instanceof ControlError) return false;
    return call.fail(call.report(error, call.target, name));
  }
}

async function getpid(call: ClusterCall): Promise<void> {
  const pid = await call.ask(call.target, "GET_PID", undefined);
  call.print({ human: () => `${pid}\n`, json: () => ({ pnn: call.target, pid }) });
}

async function setdebug(call: ClusterCall): Promise<void> {
  const operand = call.operand(0);
  const level = parseLogLevel(operand);
  if (level === undefined) {
    call.fail(
      1,
      `Invalid debug level '${operand}'. Valid levels are:\n` +
        "\tERROR | WARNING | NOTICE | INFO | DEBUG",
    );
  }
  await call.ask(call.target, "SET_DEBUG", level);
}

async function getdebug(call: ClusterCall): Promise<void> {
  const level = logLevelName(await call.ask(call.target, "GET_DEBUG", undefined));
  call.print({ human: () => `${level}\n`, json: () => ({ pnn: call.target, level }) });
}

async function dumpmemory(call: ClusterCall): Promise<void> {
  showText(call, await call.ask(call.target, "DUMP_MEMORY", undefined));
}

/** The part that recovers answers with a message; one that does not is waited for until `-T`. */
async function rddumpmemory(call: ClusterCall): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const srvid = replySrvid();
  const unsubscribe = await call.client.subscribe(
    srvid,
    (data) => resolve(new TextDecoder().decode(data).replace(/\0.*$/s, "")),
  );
  const request = encode(srvidMessage, { pnn: call.client.pnn, srvid });
  call.client.message(call.target, Srvid.MEM_DUMP, request);
  try {
    showText(call, await call.within(promise) ?? "");
  } finally {
    unsubscribe();
  }
}

function showText(call: ClusterCall, text: string): void {
  call.print({ human: () => `${text}\n`, json: () => ({ pnn: call.target, report: text }) });
}
