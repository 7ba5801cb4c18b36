import { ownCpuTime_ms, startedProcesses } from "../../base/mod.ts";
import { Cached } from "../cached.ts";
import { hostsOf } from "../facts/addresses.ts";
import type { AdminFacts } from "../facts/facts.ts";
import { flagNames, GONE } from "../facts/ask.ts";
import { type NodeDocument, ownFlags } from "../facts/node.ts";
import { NOBODY } from "../../failover/mod.ts";
import { INACTIVE_FLAGS, NodeFlag, RecoveryMode } from "../../wire/mod.ts";
import type { SeenTimes } from "../core-sights.ts";
import type { TrafficCount } from "../../transport/mod.ts";
import { databaseFamilies } from "./database-families.ts";
import { exporterFamilies } from "./exporter-names.ts";
import type { EventCounts } from "./event-counts.ts";
import {
  counter,
  type Exposition,
  gauge,
  Histogram,
  histogramSamples,
  type MetricFamily,
  writeMetrics,
} from "./exposition.ts";

/** What metrics are made of. */
interface Ports {
  readonly facts: AdminFacts;
  readonly counts: EventCounts;
  readonly version: string;
  readonly historyLost: () => string | undefined;
  readonly streams: () => number;
}

/** Metrics as bytes, with their type. */
export interface MetricsBody {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Media types of the two forms. */
export const METRICS_TYPES: Readonly<Record<Exposition, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};
const utf8 = new TextEncoder();

/** How metrics are wanted. */
export interface MetricsWish {
  readonly form: Exposition;
  /** Also under the names of the Go `ctdb_exporter`, for dashboards that were made for it. */
  readonly exporterNames: boolean;
}

const FLAGS = ["disconnected", "banned", "stopped", "disabled", "unhealthy"] as const;
/** However many scrape; Prometheus asks every 15 s. */
const KEEP_MS = 1000;
const PING_BOUNDS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];

/** The metrics of this node. What needs the node is left out when it does not answer. */
export class Metrics {
  readonly #ports: Ports;
  readonly #pings = new Histogram(PING_BOUNDS_S);
  readonly #kept = new Cached(KEEP_MS, () => this.#families());
  #written: {
    readonly families: readonly MetricFamily[];
    readonly bodies: Map<Exposition, MetricsBody>;
  } | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Something happened: who scrapes from now on sees it. */
  changed(): void {
    this.#kept.forget();
  }

  /** The core has answered after `took_s`, or not at all within the limit. */
  pinged(took_s: number): void {
    this.#pings.observe(took_s);
  }

  /** As {@link text} without more names, written once for all that are asked in the same moment. */
  async body(form: Exposition): Promise<MetricsBody> {
    const families = await this.#kept.get();
    if (this.#written?.families !== families) this.#written = { families, bodies: new Map() };
    const { bodies } = this.#written;
    let body = bodies.get(form);
    if (body === undefined) {
      body = { type: METRICS_TYPES[form], bytes: utf8.encode(writeMetrics(families, form)) };
      bodies.set(form, body);
    }
    return body;
  }

  async text({ form, exporterNames }: MetricsWish): Promise<string> {
    const families = await this.#kept.get();
    const more = exporterNames ? await exporterFamilies(this.#ports.facts).catch(() => []) : [];
    return writeMetrics([...families, ...more], form);
  }

  async #families(): Promise<MetricFamily[]> {
    const { facts, counts, version, historyLost, streams } = this.#ports;
    const node = await facts.nodeFacts().catch(() => undefined);
    return [
      {
        name: "ctdb_build",
        type: "info",
        help: "The program.",
        samples: [{ labels: { program: "ctdb-deno", version }, value: 1 }],
      },
      gauge("ctdb_up", "Whether the node answers.", [{ value: node === undefined ? 0 : 1 }]),
      ...(node === undefined ? [] : await this.#nodeFamilies(node)),
      ...counts.families(),
      {
        name: "ctdb_core_ping_seconds",
        type: "histogram",
        help: "How long the node's core took to answer a ping.",
        samples: this.#pings.samples(),
      },
      gauge("ctdb_history_kept", "Whether events are kept on disk.", [
        { value: historyLost() === undefined ? 1 : 0 },
      ]),
      gauge("ctdb_event_streams", "Event streams that are open.", [{ value: streams() }]),
      ...processFamilies(),
    ];
  }

  async #nodeFamilies(node: NodeDocument): Promise<MetricFamily[]> {
    const { facts } = this.#ports;
    const [links, core, addresses, databases, scripts] = await Promise.all([
      linkFamilies(facts, node),
      coreFamilies(facts).catch(() => []),
      addressFamilies(facts).catch(() => []),
      databaseFamilies(facts, node.pnn).catch(() => []),
      scriptFamilies(facts).catch(() => []),
    ]);
    return [
      ...stateFamilies(node),
      ...links,
      ...core,
      ...trafficFamilies(node),
      ...databases,
      ...addresses,
      ...scripts,
    ];
  }
}

function stateFamilies(node: NodeDocument): MetricFamily[] {
  const present = node.nodes.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
  const one = (value: boolean) => [{ value: value ? 1 : 0 }];
  const { statistics, vnnMap, uptime } = node;
  return [
    gauge(
      "ctdb_node_flags",
      "Flags of each node, as this node sees it: 1 when set.",
      present.flatMap(({ pnn, flags }) =>
        FLAGS.map((flag) => ({
          labels: { pnn, flag },
          value: flagNames(flags).includes(flag) ? 1 : 0,
        }))
      ),
    ),
    gauge("ctdb_node_ok", "Whether this node has no flag.", one(ownFlags(node) === 0)),
    gauge("ctdb_is_leader", "Whether this node leads.", one(node.leader === node.pnn)),
    gauge("ctdb_has_leader", "Whether this node knows a leader.", one(node.leader !== undefined)),
    gauge(
      "ctdb_recovery_active",
      "Whether databases are frozen for a recovery; 0 on nodes that are stopped or banned.",
      one(node.recoveryMode !== RecoveryMode.NORMAL && (ownFlags(node) & INACTIVE_FLAGS) === 0),
    ),
    gauge("ctdb_generation", "Generation of the databases; it changes with each recovery.", [
      { value: vnnMap.generation },
    ]),
    gauge(
      "ctdb_last_recovery_timestamp_seconds",
      "When the last recovery that this node took part in ended.",
      [{ value: Number(uptime.lastRecoveryFinished) / 1e6 }],
    ),
    gauge("ctdb_clients", "Connected clients.", [{ value: statistics.numClients }]),
  ];
}

async function linkFamilies(facts: AdminFacts, node: NodeDocument): Promise<MetricFamily[]> {
  const others = node.nodes.filter(({ pnn, flags }) =>
    pnn !== node.pnn && (flags & NodeFlag.DELETED) === 0
  );
  const document = await facts.links().catch(() => undefined);
  const links = document?.links ?? [];
  const traffic = (unit: keyof TrafficCount) =>
    links.flatMap(({ pnn, sent, received }) =>
      sent === null || received === null ? [] : [
        { labels: { pnn, direction: "sent" }, value: sent[unit] },
        { labels: { pnn, direction: "received" }, value: received[unit] },
      ]
    );
  return [
    gauge(
      "ctdb_link_up",
      "Whether a node is connected.",
      others.map(({ pnn, flags }) => ({ labels: { pnn }, value: (flags & GONE) === 0 ? 1 : 0 })),
    ),
    gauge(
      "ctdb_link_rtt_seconds",
      "There and back to a node and its core.",
      links.flatMap(({ pnn, round_trip_s }) =>
        round_trip_s === null ? [] : [{ labels: { pnn }, value: round_trip_s }]
      ),
    ),
    gauge(
      "ctdb_link_unacknowledged_bytes",
      "What was sent to a node and not yet acknowledged.",
      links.map(({ pnn, queue }) => ({ labels: { pnn }, value: queue.send_bytes })),
    ),
    counter("ctdb_link_bytes", "Traffic with a node.", traffic("bytes")),
    counter("ctdb_link_packets", "Packets to and from a node.", traffic("packets")),
  ];
}

/** What only the core itself can count. */
async function coreFamilies(facts: AdminFacts): Promise<MetricFamily[]> {
  const { longestClientQueue_bytes, loop } = await facts.traffic();
  return [
    gauge(
      "ctdb_client_queue_bytes_max",
      "What waits for the client that is furthest behind in reading.",
      [{ value: longestClientQueue_bytes }],
    ),
    {
      name: "ctdb_core_turn_seconds",
      type: "histogram",
      help: "How long the turns of the core's loop took; nobody is served meanwhile.",
      samples: loop === undefined ? [] : timeSamples(loop.turns),
    },
    counter(
      "ctdb_processes_started",
      "Processes that the daemon has started by itself.",
      Object.entries(startedProcesses()).map(([kind, value]) => ({ labels: { kind }, value })),
    ),
    counter("ctdb_core_garbage_collection_seconds", "Time of the core that went to its memory.", [
      ...(loop === undefined ? [] : [{ value: loop.collections.sum_ms / 1000 }]),
    ]),
  ];
}

function timeSamples({ bounds_ms, counts, sum_ms }: SeenTimes) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bounds_s = bounds_ms.map((bound_ms) => bound_ms / 1000);
  return histogramSamples(bounds_s, counts, sum_ms / 1000, total, {});
}

function trafficFamilies({ statistics }: NodeDocument): MetricFamily[] {
  const { node, client, callLatency, reclock } = statistics;
  const packets = [
    ...Object.entries(node).map(([type, value]) => ["node", type, value] as const),
    ...Object.entries(client).map(([type, value]) => ["client", type, value] as const),
  ];
  return [
    counter(
      "ctdb_packets_received",
      "Packets that came from nodes and clients.",
      packets.map(([from, type, value]) => ({ labels: { from, type: snake(type) }, value })),
    ),
    counter("ctdb_calls", "Calls of clients for records.", [{ value: statistics.totalCalls }]),
    gauge("ctdb_calls_pending", "Calls that wait for a record from another node.", [
      { value: statistics.pendingCalls },
    ]),
    counter("ctdb_call_wait_seconds", "Time that calls took, added up.", [
      { value: callLatency.total_s },
    ]),
    counter("ctdb_control_timeouts", "Controls that another node did not answer in time.", [
      { value: statistics.timeouts.control },
    ]),
    gauge("ctdb_cluster_lock_latency_seconds", "Longest time that the cluster lock took.", [
      { value: reclock.ctdbd.max_s },
    ]),
  ];
}

/** `reqCall` as `req_call`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

async function addressFamilies(facts: AdminFacts): Promise<MetricFamily[]> {
  const hosts = hostsOf(await facts.allocation());
  const all = [...hosts];
  return [
    gauge(
      "ctdb_public_address_assigned",
      "The node that hosts a public address.",
      all.filter(([, pnn]) => pnn !== NOBODY)
        .map(([address, pnn]) => ({ labels: { address, pnn }, value: 1 })),
    ),
    gauge("ctdb_public_addresses_unassigned", "Public addresses that nobody hosts.", [
      { value: all.filter(([, pnn]) => pnn === NOBODY).length },
    ]),
  ];
}

async function scriptFamilies(facts: AdminFacts): Promise<MetricFamily[]> {
  const runs = await facts.scriptRuns();
  const monitor = runs.find(({ event }) => event === "monitor")?.record.scripts ?? [];
  const ran = monitor.filter(({ begin_us }) => begin_us !== 0n);
  return [
    gauge(
      "ctdb_event_script_ok",
      "Whether a script succeeded in the last monitor event.",
      ran.map(({ name, result }) => ({ labels: { script: name }, value: result === 0 ? 1 : 0 })),
    ),
    gauge(
      "ctdb_event_script_duration_seconds",
      "How long a script ran in the last monitor event.",
      ran.map(({ name, begin_us, end_us }) => ({
        labels: { script: name },
        value: Number(end_us - begin_us) / 1e6,
      })),
    ),
  ];
}

function processFamilies(): MetricFamily[] {
  return [
    counter("process_cpu_seconds", "Processor time of the daemon.", [
      { value: ownCpuTime_ms() / 1000 },
    ]),
    gauge("process_resident_memory_bytes", "Memory of the daemon.", [
      { value: Deno.memoryUsage().rss },
    ]),
    gauge("process_start_time_seconds", "When the daemon started.", [
      { value: performance.timeOrigin / 1000 },
    ]),
  ];
}
