import { type Clock, nullLogger } from "../lib/base/mod.ts";
import { Faults, Node, type NodePorts, TurnQueue } from "../lib/daemon/mod.ts";
import type { RecordsStorage } from "../lib/records/mod.ts";
import type {
  ClientConnection,
  ClientConnectionHandler,
  ClientListener,
  NodeTransport,
  TransportHandler,
  TransportPeer,
} from "../lib/transport/mod.ts";
import {
  defaultTunables,
  encodePacket,
  frameLength,
  Operation,
  type Packet,
  type TunableName,
  writeFrame,
} from "../lib/wire/mod.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Memory that frames are delivered in, as a real transport does: it is used again for the next. */
const SLAB_BYTES = 8 * 1024 * 1024;

/**
 * Nodes in one process, without sockets and processes: frames go from one to the other as soon as
 * both have returned, on a clock that moves only when nothing else is left to do. For measuring what
 * the core itself costs, and for tests that count.
 */
export class CoreCluster {
  readonly nodes: readonly Node[];
  readonly clock: VirtualClock = new VirtualClock();
  /** What nodes have sent each other so far. */
  readonly traffic: Traffic = { frames: 0, controls: 0, bytes: 0 };
  readonly #queue: (() => void)[] = [];
  readonly #transports: MemoryTransport[] = [];
  readonly #listeners: MemoryListener[] = [];
  #next = 0;

  /** @param storageOf makes the storage of each node */
  constructor(
    count: number,
    storageOf: (pnn: number, defer: (f: () => void) => void, clock: Clock) => RecordsStorage,
  ) {
    const defer = (callback: () => void) => void this.#queue.push(callback);
    const addresses = Array.from({ length: count }, (_, pnn) => `10.0.0.${pnn + 1}`);
    const nodes = addresses.map((address, pnn) => ({ pnn, address, deleted: false }));
    this.nodes = nodes.map(({ pnn, address }) => {
      const transport = new MemoryTransport(pnn, this.#transports, defer, this.traffic);
      const clients = new MemoryListener();
      this.#transports.push(transport);
      this.#listeners.push(clients);
      const ports = this.#ports(
        transport,
        clients,
        storageOf(pnn, defer, this.clock),
        defer,
        pnn,
        nodes,
      );
      return new Node(ports, {
        address,
        pid: 1,
        nodes,
        tunables: tunableTable(),
        clusterLock: undefined,
        fcntlHelper: [],
        leaderTimeout_s: 5,
        leaderCapability: true,
        lmasterCapability: true,
        startAsStopped: false,
        startAsDisabled: false,
        failoverDisabled: true,
        shutdownFailoverTimeout_s: 10,
        shutdownExtraTimeout_s: 0,
        testMode: true,
        keepaliveVersion: undefined,
      });
    });
  }

  /** Starts all nodes, and lets them become one cluster. */
  start(): void {
    for (const node of this.nodes) {
      node.start((error) => {
        throw error;
      });
    }
    this.settle(60_000);
  }

  /** Works until nothing is left to do and `time_ms` have passed for the nodes. */
  settle(time_ms: number): void {
    const end_ms = this.clock.now() + time_ms;
    do this.pump(); while (this.clock.step(end_ms));
    this.clock.advance(end_ms - this.clock.now());
  }

  /** Delivers what is under way, and what comes of that; time stands still. */
  pump(): void {
    const queue = this.#queue;
    while (this.#next < queue.length) queue[this.#next++]!();
    queue.length = 0;
    this.#next = 0;
  }

  /** Connects a client to a node; `received` gets every frame for it, which is valid during the call. */
  connect(pnn: number, received: (frame: Uint8Array) => void): MemoryClient {
    return this.#listeners[pnn]!.connect(received);
  }

  #ports(
    transport: NodeTransport,
    clients: ClientListener,
    storage: RecordsStorage,
    defer: (callback: () => void) => void,
    pnn: number,
    nodes: readonly { pnn: number; address: string; deleted: boolean }[],
  ): NodePorts {
    const abort = (reason: string): never => {
      throw new Error(`node ${pnn}: ${reason}`);
    };
    return {
      clock: this.clock,
      random: new SeededRandom(pnn + 1),
      log: nullLogger,
      turns: new TurnQueue(defer, new Faults(nullLogger, abort)),
      transport,
      clients,
      storage,
      events: { start: (_request, done) => defer(() => done(0)) },
      lockHelpers: { launch: () => abort("cluster lock") },
      addresses: {
        announcer: { announce() {}, tickle() {} },
        localAddresses: () => new Set(),
        guard: () => {},
        watchLinks: () => {},
        interfaceName: (name) => name,
        readAddressFile: (done) => defer(() => done({ entries: [] })),
      },
      readHomeNodes: (done) => defer(() => done([])),
      readNodesFile: (done) => defer(() => done({ entries: nodes })),
      notify: () => {},
      processExists: () => true,
      memory: () => ({ used: 0, report: "" }),
      logLevel: { get: () => 0, set: () => {} },
      exit: () => {},
      abort,
    };
  }
}

function tunableTable() {
  const values: { -readonly [Name in TunableName]: number } = { ...defaultTunables };
  return {
    get: (name: TunableName) => values[name],
    set: (name: TunableName, value: number) => void (values[name] = value),
    all: () => values,
  };
}

/** Packets between nodes, and among them controls without their answers. */
export interface Traffic {
  frames: number;
  controls: number;
  bytes: number;
}

/** Frames to other nodes of the same process. */
class MemoryTransport implements NodeTransport {
  readonly #pnn: number;
  readonly #all: readonly MemoryTransport[];
  readonly #defer: (callback: () => void) => void;
  readonly #traffic: Traffic;
  readonly #slab = new Uint8Array(SLAB_BYTES);
  #fill = 0;
  #handler: TransportHandler | undefined;

  constructor(
    pnn: number,
    all: readonly MemoryTransport[],
    defer: (callback: () => void) => void,
    traffic: Traffic,
  ) {
    this.#pnn = pnn;
    this.#all = all;
    this.#defer = defer;
    this.#traffic = traffic;
  }

  start(peers: readonly TransportPeer[], handler: TransportHandler): void {
    this.#handler = handler;
    for (const { pnn } of peers) {
      this.#defer(() => {
        if (this.#all[pnn]!.#handler !== undefined) handler.linkUp(pnn);
        if (this.#all[pnn]!.#handler !== undefined) this.#all[pnn]!.#handler!.linkUp(this.#pnn);
      });
    }
  }

  setPeers(): void {}

  send(pnn: number, packet: Packet): boolean {
    const length = frameLength(packet);
    if (packet.operation === Operation.REQ_CONTROL) this.#traffic.controls++;
    const at = this.#reserve(length);
    writeFrame(packet, this.#slab, at, length);
    return this.#pass(pnn, at, length);
  }

  forward(pnn: number, frame: Uint8Array): boolean {
    const at = this.#reserve(frame.length);
    this.#slab.set(frame, at);
    return this.#pass(pnn, at, frame.length);
  }

  /** Room in the slab, which is used again when it has come round: far behind what is under way. */
  #reserve(length: number): number {
    if (this.#fill + length > SLAB_BYTES) this.#fill = 0;
    const at = this.#fill;
    this.#fill += length;
    return at;
  }

  #pass(pnn: number, at: number, length: number): boolean {
    this.#traffic.frames++;
    this.#traffic.bytes += length;
    this.#defer(() =>
      this.#all[pnn]!.#handler?.frame(this.#pnn, this.#slab.subarray(at, at + length))
    );
    return true;
  }

  isWhole(): boolean {
    return true;
  }

  restart(): void {}

  close(): void {
    this.#handler = undefined;
  }
}

/** Clients of the same process. */
class MemoryListener implements ClientListener {
  #accept: ((connection: ClientConnection) => ClientConnectionHandler) | undefined;

  accept(handler: (connection: ClientConnection) => ClientConnectionHandler): void {
    this.#accept = handler;
  }

  close(): void {
    this.#accept = undefined;
  }

  connect(received: (frame: Uint8Array) => void): MemoryClient {
    const handler = this.#accept!({
      pid: 1,
      uid: 0,
      queuedFrames: 0,
      queuedBytes: 0,
      isBehind: false,
      send: (packet) => received(encodePacket(packet)),
      share: received,
      close: () => {},
    });
    return { send: (frame) => handler.frame(frame) };
  }
}

/** A connected client. */
export interface MemoryClient {
  /** Hands a request to the node, which works on it at once. */
  send(frame: Uint8Array): void;
}
