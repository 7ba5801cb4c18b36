import type { LogLevelNumber } from "../../base/mod.ts";
import type { Records } from "../../records/mod.ts";
import {
  type ControlHandlers,
  loopFiguresText,
  overrunFiguresText,
  processFiguresText,
  STAT_HISTORY_SIZE,
  type Statistics,
} from "../../wire/mod.ts";
import type { LoopPort, ProcessesPort } from "../node-ports.ts";
import type { NodeStatistics, StatisticsGauges } from "../node-statistics.ts";

/** What statistics and logging controls look at. */
interface Ports {
  readonly statistics: NodeStatistics;
  readonly records: Records;
  readonly gauges: () => StatisticsGauges;
  readonly memory: () => { readonly report: string };
  readonly loop?: LoopPort;
  readonly processes?: ProcessesPort;
  readonly logLevel: { get(): LogLevelNumber; set(level: LogLevelNumber): void };
}

/** Statistics, memory and log level (`records.md` 16.1). */
export function statisticsControls(
  ports: Ports,
): ControlHandlers<
  | "STATISTICS"
  | "STATISTICS_RESET"
  | "GET_STAT_HISTORY"
  | "DUMP_MEMORY"
  | "GET_DEBUG"
  | "SET_DEBUG"
  | "RECD_RECLOCK_LATENCY"
> {
  const { statistics, records, gauges, logLevel, loop, processes } = ports;
  return {
    STATISTICS: (_request, _origin, reply) => reply(0, statistics.snapshot(gauges())),
    STATISTICS_RESET(_request, _origin, reply) {
      statistics.reset();
      records.resetStatistics();
      loop?.reset();
      processes?.reset();
      reply(0);
    },
    GET_STAT_HISTORY(_request, _origin, reply) {
      const kept = statistics.history();
      const missing = new Array<Statistics>(STAT_HISTORY_SIZE - kept.length).fill(NO_STATISTICS);
      reply(0, [...kept, ...missing]);
    },
    DUMP_MEMORY(_request, _origin, reply) {
      const figures = loop?.figures();
      const turns = figures === undefined ? "" : loopFiguresText(figures);
      const started = processes === undefined ? "" : processFiguresText(processes.counts());
      const overruns = overrunFiguresText(statistics.overruns());
      reply(0, ports.memory().report + turns + started + overruns);
    },
    GET_DEBUG: (_request, _origin, reply) => reply(0, logLevel.get()),
    SET_DEBUG(level, _origin, reply) {
      logLevel.set(level);
      reply(0);
    },
    RECD_RECLOCK_LATENCY(latency_s, _origin, reply) {
      statistics.latency("reclock.recd", latency_s, "cluster lock");
      reply(0);
    },
  };
}

const NO_LATENCY = { num: 0, min_s: 0, max_s: 0, total_s: 0 };
const NO_BUCKETS = new Array<number>(16).fill(0);

/** An interval that has not been yet: all zero. */
const NO_STATISTICS: Statistics = {
  numClients: 0,
  frozen: 0,
  recovering: 0,
  clientPacketsSent: 0,
  clientPacketsRecv: 0,
  nodePacketsSent: 0,
  nodePacketsRecv: 0,
  keepalivePacketsSent: 0,
  keepalivePacketsRecv: 0,
  node: {
    reqCall: 0,
    replyCall: 0,
    reqDmaster: 0,
    replyDmaster: 0,
    replyError: 0,
    reqMessage: 0,
    reqControl: 0,
    replyControl: 0,
    reqTunnel: 0,
  },
  client: { reqCall: 0, reqMessage: 0, reqControl: 0, reqTunnel: 0 },
  timeouts: { call: 0, control: 0, traverse: 0 },
  reclock: { ctdbd: NO_LATENCY, recd: NO_LATENCY },
  locks: {
    numCalls: 0,
    numCurrent: 0,
    numPending: 0,
    numFailed: 0,
    latency: NO_LATENCY,
    buckets: NO_BUCKETS,
  },
  totalCalls: 0,
  pendingCalls: 0,
  childwriteCalls: 0,
  pendingChildwriteCalls: 0,
  memoryUsed: 0,
  lastCounter: 0,
  maxHopCount: 0,
  hopCountBucket: NO_BUCKETS,
  callLatency: NO_LATENCY,
  childwriteLatency: NO_LATENCY,
  numRecoveries: 0,
  statisticsStartTime: 0n,
  statisticsCurrentTime: 0n,
  totalRoDelegations: 0,
  totalRoRevokes: 0,
};
