import assert from "node:assert/strict";
import { createLogger, LogLevel, type Timer } from "../../../../lib/base/mod.ts";
import {
  Records,
  type RecordsClient,
  type RecordsControlName,
  RecordsCount,
  type RecordsHost,
  type RecordsStatistics,
} from "../../../../lib/records/mod.ts";
import { MemoryStorage } from "../../../../lib/records/storage/memory-storage.ts";
import type { Database } from "../../../../lib/records/database.ts";
import { MemoryTdbDisk, type Tdb } from "../../../../lib/tdb/mod.ts";
import {
  BROADCAST_ACTIVE,
  BROADCAST_CONNECTED,
  CallFlag,
  CallId,
  controlByOpcode,
  type ControlName,
  type ControlReply,
  type ControlRequest,
  databaseId,
  decodeControlRequest,
  decodePacket,
  encodeControlReply,
  encodePacket,
  INACTIVE_FLAGS,
  isLiveControl,
  NodeFlag,
  Operation,
  type Packet,
  type RecordHeader,
  recordValue,
  RecoveryMode,
  RunState,
  tunables,
} from "../../../../lib/wire/mod.ts";
import { splitValue } from "../../../../lib/records/header.ts";
import type { VirtualClock } from "../../../../testing/virtual-clock.ts";

const COUNTER_NAMES = Object.keys(RecordsCount);

/** The node wants to end its process. */
export class FatalError extends Error {}

/** What a control was answered with. */
export interface Answer<N extends ControlName> {
  readonly status: number;
  readonly value: ControlReply<N> | undefined;
  readonly error: string | undefined;
}

const encoder = new TextEncoder();
export const bytes = (text: string): Uint8Array => encoder.encode(text);
export const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** A control that was handed to its handler. */
export class ControlResult<N extends ControlName> {
  answer: Answer<N> | undefined;

  /** Whether the answer has not come yet. */
  get open(): boolean {
    return this.answer === undefined;
  }

  get status(): number | undefined {
    return this.answer?.status;
  }
}

/** A local client that keeps what it gets. */
export class FakeClient implements RecordsClient {
  readonly received: Packet[] = [];
  /** How far it is behind, as the daemon sees it. */
  queuedFrames = 0;
  /** Why the daemon ended its connection. */
  closed: string | undefined;
  constructor(readonly id: number, readonly pid: number) {}
  readonly databases = new Set<number>();
  close(reason: string): void {
    this.closed = reason;
  }
  attached(dbId: number): void {
    this.databases.add(dbId);
  }
  send(packet: Packet): void {
    // Through bytes, as what it carries may be overwritten after the call.
    this.received.push(decodePacket(encodePacket(packet)));
  }
}

/** One node of a {@link FakeCluster}: the records layer with a host around it. */
export class FakeNode {
  readonly clients = new Map<number, FakeClient>();
  readonly requests = new Map<number, object>();
  readonly handlers = new Map<bigint, (data: Uint8Array) => void>();
  readonly counters = new Map<string, number>();
  readonly tunables = new Map<string, number>();
  readonly recoveries: string[] = [];
  /** Its log. */
  readonly lines: string[] = [];
  readonly storage: MemoryStorage;
  readonly records: Records;
  readonly host: RecordsHost;
  generation = 100;
  vnnmap: number[] = [];
  recoveryMode: number = RecoveryMode.NORMAL;
  runstate: number = RunState.RUNNING;
  /** The next request id; as a real table it counts up. */
  nextReqid = 1;

  constructor(readonly cluster: FakeCluster, readonly pnn: number, disk = new MemoryTdbDisk()) {
    this.tunables.set("DatabaseHashSize", 64);
    // Tests that are about something else have all their time between two vacuum runs.
    this.tunables.set("VacuumInterval", 1_000_000);
    this.storage = new MemoryStorage({ pnn, clock: cluster.clock, disk });
    this.host = this.#makeHost();
    this.records = new Records(this.host, this.storage, this.#makeStats());
  }

  connect(): FakeClient {
    const client = new FakeClient(this.host.allocateRequest(this), 4000 + this.clients.size);
    this.clients.set(client.id, client);
    return client;
  }

  disconnect(client: FakeClient): void {
    this.clients.delete(client.id);
    this.requests.delete(client.id);
    this.records.clientGone(client);
  }

  /** Calls a handler as the dispatcher does; the answer is there when it came. */
  control<N extends RecordsControlName>(
    name: N,
    request: ControlRequest<N>,
    origin: { srcnode?: number; clientId?: number; flags?: number } = {},
  ): ControlResult<N> {
    const result = new ControlResult<N>();
    const handler = this.records.handlers[name] as unknown as (
      request: ControlRequest<N>,
      origin: { srcnode: number; clientId: number; flags: number; srvid: bigint },
      reply: (status: number, value?: ControlReply<N>, error?: string) => void,
    ) => void;
    const from = { srcnode: this.pnn, clientId: 0, flags: 0, srvid: 0n, ...origin };
    handler(request, from, (status, value, error) => {
      assert.ok(result.open, `${name} answered twice`);
      result.answer = { status, value, error };
    });
    return result;
  }

  /** As {@link control}, for one that must be answered with success before the cluster is idle. */
  ask<N extends RecordsControlName>(
    name: N,
    request: ControlRequest<N>,
    origin: { srcnode?: number; clientId?: number; flags?: number } = {},
  ): ControlReply<N> | undefined {
    const result = this.control(name, request, origin);
    this.cluster.run(1000);
    assert.equal(result.answer?.status, 0, `${name} at node ${this.pnn}`);
    return result.answer.value;
  }

  /** Sends a client's call into the records layer; returns its request id. */
  call(
    client: FakeClient,
    db: string,
    key: string,
    options: { callid?: number; flags?: number; reqid?: number } = {},
  ): number {
    const reqid = options.reqid ?? client.received.length + 1000;
    this.records.callFromClient(
      encodePacket({
        operation: Operation.REQ_CALL,
        generation: 0,
        destnode: 0,
        srcnode: 0,
        reqid,
        flags: options.flags ?? CallFlag.IMMEDIATE_MIGRATION,
        dbId: databaseId(db),
        callid: options.callid ?? CallId.NULL,
        hopcount: 0,
        key: bytes(key),
        calldata: new Uint8Array(0),
      }, "exact"),
      client,
    );
    return reqid;
  }

  database(name: string): Database {
    const db = this.records.databases.find((one) => one.name === name);
    assert.ok(db, `${name} at node ${this.pnn}`);
    return db;
  }

  /** Another process that has the file open. */
  openAs(owner: string, name: string): Tdb {
    const db = this.database(name);
    return this.storage.disk.open(db.path, { flags: db.tdb.flags, owner });
  }

  record(name: string, key: string): { header: RecordHeader; data: string } | undefined {
    const value = this.database(name).tdb.fetch(bytes(key));
    const record = value === undefined ? undefined : splitValue(value);
    return record && { header: record.header, data: text(record.data) };
  }

  /** Writes as a client does: header as it is, new data. */
  write(name: string, key: string, data: string): void {
    const record = this.record(name, key);
    assert.ok(record, "write a record that is not here");
    assert.equal(record.header.dmaster, this.pnn, "write a record of another node");
    this.put(name, key, record.header, data);
  }

  put(name: string, key: string, header: Partial<RecordHeader>, data: string): void {
    const full = { rsn: 0n, dmaster: this.pnn, flags: 0, ...header };
    this.database(name).tdb.store(bytes(key), recordValue(full, bytes(data)));
  }

  count(name: string): number {
    return this.counters.get(name) ?? 0;
  }

  #makeStats(): RecordsStatistics {
    const add = (name: string, change: number) => {
      this.counters.set(name, this.count(name) + change);
    };
    return {
      count: (counter) => add(COUNTER_NAMES[counter]!, 1),
      gauge: (gauge, change) => add(COUNTER_NAMES[gauge]!, change),
      latency: (latency) => add(`latency.${latency}`, 1),
      hop: (hops) => add(`hop.${hops}`, 1),
      locks: {
        pending: (change) => add("locks.pending", change),
        current: (change) => add("locks.current", change),
        granted: () => add("locks.granted", 1),
        failed: () => add("locks.failed", 1),
      },
    };
  }

  #makeHost(): RecordsHost {
    return hostOf(this);
  }
}

/** The host of a node's records layer, on top of the cluster. */
function hostOf(node: FakeNode): RecordsHost {
  const { cluster, pnn } = node;
  return {
    pnn,
    clock: cluster.clock,
    random: { u32: () => 4 },
    log: createLogger((_level, _part, line) => void node.lines.push(line), () => LogLevel.DEBUG),
    tunable: (name) => {
      const known = tunables.find((tunable) => tunable.name === name);
      assert.ok(known, `tunable ${name}`);
      return node.tunables.get(name) ?? known.default;
    },
    get generation() {
      return node.generation;
    },
    get vnnmap() {
      return node.vnnmap;
    },
    get recoveryMode() {
      return node.recoveryMode;
    },
    get runstate() {
      return node.runstate;
    },
    nodeFlags: (other) => cluster.flags(other),
    activeNodes: () => cluster.nodes.filter((n) => cluster.flags(n.pnn) === 0).map((n) => n.pnn),
    connectedNodes: () =>
      cluster.nodes.filter((n) => (cluster.flags(n.pnn) & NodeFlag.DISCONNECTED) === 0)
        .map((n) => n.pnn),
    allocateRequest: (owner) => {
      const reqid = node.nextReqid++;
      node.requests.set(reqid, owner);
      return reqid;
    },
    lookupRequest: (reqid) => node.requests.get(reqid),
    releaseRequest: (reqid) => void node.requests.delete(reqid),
    sendToNode: (to, packet) => cluster.deliver(pnn, to, encodePacket(packet)),
    forward: (to, frame) => cluster.deliver(pnn, to, frame),
    sendControl: (to, opcode, data, options, onReply) =>
      cluster.sendControl(node, to, opcode, data, options, onReply),
    broadcastControl: (destination, opcode, data) => {
      for (const to of cluster.expand(destination)) {
        cluster.sendControl(node, to, opcode, data, {}, () => {});
      }
    },
    sendMessage: (to, srvid, data) => {
      // The sender may use its memory again.
      const sent = data.slice();
      cluster.later(() => cluster.node(to).handlers.get(srvid)?.(sent));
    },
    deliverLocal: (srvid, data) => node.handlers.get(srvid)?.(data),
    registerHandler: (srvid, handler) => {
      node.handlers.set(srvid, handler);
      return () => void node.handlers.delete(srvid);
    },
    client: (id) => node.clients.get(id),
    forceRecovery: (reason) => {
      node.recoveries.push(reason);
      node.recoveryMode = RecoveryMode.ACTIVE;
      node.records.recoveryModeChanged(RecoveryMode.ACTIVE);
    },
    fatal: (reason) => {
      throw new FatalError(reason);
    },
    defer: (callback) => cluster.later(callback),
    slice: (callback) => cluster.later(callback),
    setTimer: (delay_ms, callback) => cluster.clock.setTimer(delay_ms, callback),
  };
}

/** A packet that went from node to node. */
export interface Seen {
  readonly from: number;
  readonly to: number;
  readonly packet: Packet;
  readonly frame: Uint8Array;
}

/** A control that a node sent. */
export interface SentControl {
  readonly from: number;
  readonly to: number;
  readonly opcode: number;
  readonly data: Uint8Array;
  readonly clientId: number;
}

/** Some nodes, and a network that carries their frames in order. */
export class FakeCluster {
  readonly nodes: FakeNode[] = [];
  /** All packets about records, in the order of sending, loopback included. */
  readonly seen: Seen[] = [];
  /** All controls that nodes sent by themselves. */
  readonly controls: SentControl[] = [];
  /** How long the next frame is under way; frames between two nodes stay in order. */
  latency_ms: () => number = () => 0;
  readonly #arrivals_ms = new Map<string, number>();
  readonly #flags = new Map<number, number>();
  /** Answers that other nodes shall not give: status by `opcode` name. */
  readonly failing = new Map<string, number>();

  constructor(readonly clock: VirtualClock, count: number) {
    for (let pnn = 0; pnn < count; pnn++) this.nodes.push(new FakeNode(this, pnn));
    for (const node of this.nodes) node.vnnmap = this.nodes.map(({ pnn }) => pnn);
  }

  node(pnn: number): FakeNode {
    const node = this.nodes[pnn];
    assert.ok(node, `node ${pnn}`);
    return node;
  }

  flags(pnn: number): number {
    return this.#flags.get(pnn) ?? 0;
  }

  setFlags(pnn: number, flags: number): void {
    this.#flags.set(pnn, flags);
  }

  /** The nodes that a destination means. */
  expand(destination: number): readonly number[] {
    const without = destination === BROADCAST_CONNECTED
      ? NodeFlag.DISCONNECTED
      : destination === BROADCAST_ACTIVE
      ? INACTIVE_FLAGS
      : undefined;
    if (without === undefined) return [destination];
    return this.nodes.map(({ pnn }) => pnn).filter((pnn) => (this.flags(pnn) & without) === 0);
  }

  /** Attaches a database on all nodes. */
  attach(
    name: string,
    control: "DB_ATTACH" | "DB_ATTACH_PERSISTENT" | "DB_ATTACH_REPLICATED",
  ): void {
    this.node(0).ask(control, name);
    for (const node of this.nodes) node.database(name);
  }

  later(callback: () => void): void {
    this.clock.setTimer(0, callback);
  }

  /** Lets time pass; 0 only runs what is due now. */
  run(duration_ms = 0): void {
    this.clock.advance(duration_ms);
  }

  deliver(from: number, to: number, frame: Uint8Array): void {
    assert.equal(frame.byteLength % 8, 0, "frame between nodes");
    this.seen.push({ from, to, packet: decodePacket(frame), frame });
    if ((this.flags(from) | this.flags(to)) & NodeFlag.DISCONNECTED) return;
    const copy = frame.slice();
    this.#onLink(from, to, () => this.nodes[to]?.records.packetFromNode(copy));
  }

  /** What is sent on one link arrives after the latency of the moment, and in order. */
  #onLink(from: number, to: number, arrived: () => void): void {
    const link = `${from}>${to}`;
    const now_ms = this.clock.now();
    const arrival_ms = Math.max(
      now_ms + this.latency_ms(),
      this.#arrivals_ms.get(link) ?? 0,
    );
    this.#arrivals_ms.set(link, arrival_ms);
    this.clock.setTimer(arrival_ms - now_ms, arrived);
  }

  sendControl(
    from: FakeNode,
    to: number,
    opcode: number,
    data: Uint8Array,
    options: { clientId?: number; timeout_ms?: number },
    onReply: (outcome: { status: number; data: Uint8Array; error: string }) => void,
  ): { cancel(): void } {
    const clientId = options.clientId ?? 0;
    this.controls.push({ from: from.pnn, to, opcode, data, clientId });
    let open = true;
    let cancelled = false;
    let timer: Timer | undefined = undefined;
    const finish = (status: number, error = "", data: Uint8Array = new Uint8Array(0)) => {
      timer?.cancel();
      if (open) this.#onLink(to, from.pnn, () => cancelled || onReply({ status, data, error }));
      open = false;
    };
    if (this.flags(to) & NodeFlag.DISCONNECTED) finish(-1, "node is disconnected");
    timer = this.clock.setTimer(options.timeout_ms ?? 60_000, () => finish(-1, "timed out"));
    this.#onLink(from.pnn, to, () => {
      const name = controlByOpcode(opcode);
      assert.ok(name !== undefined && isLiveControl(name));
      const failing = this.failing.get(`${name}@${to}`);
      if (failing !== undefined) return finish(failing);
      if (!open) return;
      if (name === "PING") return finish(0);
      const handlers = this.node(to).records.handlers as unknown as Record<
        string,
        (
          request: unknown,
          origin: unknown,
          reply: (status: number, value?: never) => void,
        ) => void
      >;
      const origin = { srcnode: from.pnn, clientId, flags: 0, srvid: 0n };
      handlers[name]!(
        decodeControlRequest(name, { data, srvid: 0n }),
        origin,
        (status, value) => {
          const ok = status === 0 && value !== undefined;
          finish(status, "", ok ? encodeControlReply(name, value).data : undefined);
        },
      );
    });
    return {
      cancel: () => {
        open = false;
        cancelled = true;
        timer?.cancel();
      },
    };
  }
}
