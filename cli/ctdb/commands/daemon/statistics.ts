import { atoi } from "../../../../lib/base/mod_basics.ts";
import { ControlError } from "../../../../lib/client/mod_connection.ts";
import type {
  DbStatistics,
  LatencyCounter,
  LoopFigures,
  OverrunFigures,
  Statistics,
  TimeFigures,
} from "../../../../lib/wire/mod.ts";
import {
  CTDB_VERSION,
  idText,
  loopFiguresText,
  overrunFiguresText,
  processFiguresText,
  readLoopFigures,
  readOverrunFigures,
  readProcessFigures,
} from "../../../../lib/wire/mod.ts";
import { cTime, elapsedText, timeJson, wholeSeconds } from "../../printing/c-time.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { findDatabase } from "../databases/find-database.ts";
import {
  type CounterGroup,
  counterGroups,
  machineLatencies,
} from "../../printing/statistics-fields.ts";

export const commands = {
  statistics,
  statisticsreset,
  stats,
  dbstatistics,
} satisfies ClusterCommands;

async function statistics(call: ClusterCall): Promise<void> {
  const values = await call.ask(call.target, "STATISTICS", undefined);
  const { json, machine } = call.options;
  const shown = json || !machine && call.io.isTerminal("stdout");
  const { loop, processes, overruns, text } = shown ? await ownFigures(call) : NO_FIGURES;
  call.print({
    human: () => humanBlock(values) + text,
    machine: () => machineTable(call, [values]),
    json: () => ({
      pnn: call.target,
      ...statisticsJson(values),
      loop: loopJson(loop),
      processes_started: processesJson(processes),
      queues_overrun: overrunsJson(overruns),
    }),
  });
}

/** What only our daemon tells. */
interface OwnFigures {
  readonly loop: LoopFigures | undefined;
  /** How many it has started, by kind. */
  readonly processes: Readonly<Record<string, number>> | undefined;
  readonly overruns: OverrunFigures | undefined;
  /** All of them for people. */
  readonly text: string;
}

const NO_FIGURES: OwnFigures = {
  loop: undefined,
  processes: undefined,
  overruns: undefined,
  text: "",
};

async function ownFigures(call: ClusterCall): Promise<OwnFigures> {
  try {
    const report = await call.send(call.target, "DUMP_MEMORY", undefined);
    const [loop, processes] = [readLoopFigures(report), readProcessFigures(report)];
    const overruns = readOverrunFigures(report);
    const text = (loop === undefined ? "" : loopFiguresText(loop)) +
      (processes === undefined ? "" : processFiguresText(processes)) +
      (overruns === undefined ? "" : overrunFiguresText(overruns));
    return { loop, processes, overruns, text };
  } catch (error) {
    if (error instanceof ControlError) return NO_FIGURES;
    throw error;
  }
}

async function statisticsreset(call: ClusterCall): Promise<void> {
  await call.ask(call.target, "STATISTICS_RESET", undefined);
}

async function stats(call: ClusterCall): Promise<void> {
  const count = atoi(call.operands[0] ?? "");
  const history = await call.ask(call.target, "GET_STAT_HISTORY", undefined);
  const used = history.filter(({ statisticsStartTime }) =>
    wholeSeconds(statisticsStartTime) !== 0n
  );
  // The C tool stops after the entry that reaches the count, so there is one more.
  const shown = count > 0 ? used.slice(0, count + 1) : used;
  call.print({
    human: () => shown.map(humanBlock).join(""),
    machine: () => machineTable(call, shown),
    json: () => ({ pnn: call.target, history: shown.map(statisticsJson) }),
  });
}

async function dbstatistics(call: ClusterCall): Promise<void> {
  const operand = call.operand(0);
  const db = await findDatabase(call, operand);
  const then = `Failed to get statistics for DB ${operand}`;
  const values = await call.ask(call.target, "GET_DB_STATISTICS", db.dbId, then);
  call.print({
    human: () => humanDatabase(db.name, values),
    json: () => ({ id: idText(db.dbId), name: db.name, ...databaseJson(values) }),
  });
}

function humanBlock(values: Statistics): string {
  const { statisticsCurrentTime: now, statisticsStartTime: start } = values;
  return `CTDB version ${CTDB_VERSION}\n` +
    `Current time of statistics  :                ${cTime(now)}\n` +
    `Statistics collected since  : (${elapsedText(start, now)}) ${cTime(start)}\n` +
    counterGroups(values).map(humanGroup).join("") +
    bucketLine("hop_count", values.hopCountBucket) +
    bucketLine("lock", values.locks.buckets) +
    latencyLine("locks_latency", values.locks.latency) +
    latencyLine("reclock_ctdbd", values.reclock.ctdbd) +
    latencyLine("reclock_recd", values.reclock.recd) +
    latencyLine("call_latency", values.callLatency) +
    latencyLine("childwrite_latency", values.childwriteLatency);
}

function humanGroup({ name, counters }: CounterGroup): string {
  const lines = counters.map(([counter, value]) =>
    name === "" ? plainLine(counter, value) : memberLine(counter, value)
  );
  return (name === "" ? "" : ` ${name}\n`) + lines.join("");
}

function plainLine(name: string, value: number): string {
  return ` ${name.padEnd(22)}    ${String(value).padStart(10)}\n`;
}

function memberLine(name: string, value: number): string {
  return `     ${name.padEnd(22)}${String(value).padStart(10)}\n`;
}

function bucketLine(name: string, buckets: readonly number[]): string {
  return ` ${name}_buckets: ${buckets.join(" ")}\n`;
}

function latencyLine(name: string, latency: LatencyCounter): string {
  const { min_s, max_s, num } = latency;
  const times = [min_s, average_s(latency), max_s].map((time) => time.toFixed(6)).join("/");
  return ` ${name.padEnd(18)} MIN/AVG/MAX     ${times} sec out of ${num}\n`;
}

function average_s({ num, total_s }: LatencyCounter): number {
  return num === 0 ? 0 : total_s / num;
}

/** A header and a row for each; unlike other tables without a separator in front. */
function machineTable(call: ClusterCall, all: readonly Statistics[]): string {
  const { separator } = call.options;
  const line = (cells: readonly (string | number | bigint)[]) =>
    cells.map((cell) => `${cell}${separator}`).join("") + "\n";
  return all.map((values, i) => {
    const { header, cells } = machineRow(values);
    return (i === 0 ? line(header) : "") + line(cells);
  }).join("");
}

function machineRow(values: Statistics) {
  const counters = counterGroups(values).flatMap(({ name, counters }) =>
    counters.map(([counter, value]) =>
      [name === "" ? counter : `${name}.${counter}`, value] as const
    )
  );
  const latencies = machineLatencies(values).flatMap(([name, latency]) =>
    [
      [`num_${name}_latency`, String(latency.num)],
      [`min_${name}_latency`, latency.min_s.toFixed(6)],
      [`avg_${name}_latency`, average_s(latency).toFixed(6)],
      [`max_${name}_latency`, latency.max_s.toFixed(6)],
    ] as const
  );
  const fields: readonly (readonly [string, string | number | bigint])[] = [
    ["CTDB version", CTDB_VERSION],
    ["Current time of statistics", wholeSeconds(values.statisticsCurrentTime)],
    ["Statistics collected since", wholeSeconds(values.statisticsStartTime)],
    ...counters,
    ...latencies,
  ];
  return { header: fields.map(([name]) => name), cells: fields.map(([, value]) => value) };
}

function humanDatabase(name: string, values: DbStatistics): string {
  const { locks } = values;
  return `DB Statistics ${name}\n` +
    plainLine("db_ro_delegations", values.dbRoDelegations) +
    plainLine("db_ro_revokes", values.dbRoRevokes) +
    humanGroup({ name: "locks", counters: lockCounters(locks) }) +
    bucketLine("hop_count", values.hopCountBucket) +
    bucketLine("lock", locks.buckets) +
    latencyLine("locks_latency", locks.latency) +
    latencyLine("vacuum_latency", values.vacuum.latency) +
    ` Num Hot Keys:     ${values.hotKeys.length}\n` +
    values.hotKeys.map(({ count, key }) => `     Count:${count} Key:${key.toHex()}\n`).join("");
}

function lockCounters(locks: Statistics["locks"]): CounterGroup["counters"] {
  return [
    ["num_calls", locks.numCalls],
    ["num_current", locks.numCurrent],
    ["num_pending", locks.numPending],
    ["num_failed", locks.numFailed],
  ];
}

function latencyJson(latency: LatencyCounter): unknown {
  const { num, min_s, max_s } = latency;
  return { num, min_s, avg_s: average_s(latency), max_s };
}

function loopJson(loop: LoopFigures | undefined): unknown {
  if (loop === undefined) return null;
  return { turns: timesJson(loop.turns), garbage_collections: timesJson(loop.collections) };
}

function processesJson(processes: OwnFigures["processes"]): unknown {
  if (processes === undefined) return null;
  const named = Object.entries(processes).map((
    [kind, count],
  ) => [kind.replaceAll(" ", "_"), count]);
  return Object.fromEntries(named);
}

function overrunsJson(overruns: OwnFigures["overruns"]): unknown {
  if (overruns === undefined) return null;
  return { clients_cut_off: overruns.clientsCutOff, links_closed: overruns.linksClosed };
}

function timesJson(times: TimeFigures): unknown {
  const { count, p50_ms, p99_ms, p999_ms, longest_ms, sum_ms } = times;
  return { count, p50_ms, p99_ms, p999_ms, longest_ms, sum_ms };
}

function statisticsJson(values: Statistics): Record<string, unknown> {
  const groups = counterGroups(values);
  const single = groups.filter(({ name }) => name === "").flatMap(({ counters }) => counters);
  const named = groups.filter(({ name }) => name !== "")
    .map(({ name, counters }) => [name, Object.fromEntries(counters)]);
  return {
    current_time: timeJson(values.statisticsCurrentTime),
    start_time: timeJson(values.statisticsStartTime),
    ...Object.fromEntries(single),
    ...Object.fromEntries(named),
    hop_count_buckets: values.hopCountBucket,
    lock_buckets: values.locks.buckets,
    latency: {
      locks: latencyJson(values.locks.latency),
      reclock_ctdbd: latencyJson(values.reclock.ctdbd),
      reclock_recd: latencyJson(values.reclock.recd),
      call: latencyJson(values.callLatency),
      childwrite: latencyJson(values.childwriteLatency),
    },
  };
}

function databaseJson(values: DbStatistics): Record<string, unknown> {
  return {
    db_ro_delegations: values.dbRoDelegations,
    db_ro_revokes: values.dbRoRevokes,
    locks: Object.fromEntries(lockCounters(values.locks)),
    hop_count_buckets: values.hopCountBucket,
    lock_buckets: values.locks.buckets,
    latency: {
      locks: latencyJson(values.locks.latency),
      vacuum: latencyJson(values.vacuum.latency),
    },
    hot_keys: values.hotKeys
      .filter(({ count }) => count > 0)
      .map(({ count, key }) => ({ count, key_hex: key.toHex() })),
  };
}
