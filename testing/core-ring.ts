import { nullLogger } from "../lib/base/mod.ts";
import { RealStorage } from "../lib/records/mod.ts";
import {
  CallFlag,
  CallId,
  ControlFlag,
  controls,
  decodeControlReply,
  decodePacket,
  encodeControlRequest,
  encodePacket,
  type LiveControlName,
  Operation,
  u32At,
} from "../lib/wire/mod.ts";
import { CoreCluster, type MemoryClient } from "./core-cluster.ts";

const NODES = 3;
const SRVID = 0x7465_7374_0000_0001n;
const KEY = new TextEncoder().encode("one hot record");
const NO_DATA = new Uint8Array(0);
const OPERATION_AT = 16;

/**
 * Three cores in this process, on TDB files in memory that count their changes: a record that goes
 * round from node to node, and a message. One step at a time, so that what a hop costs can be counted.
 */
export class CoreRing implements Disposable {
  /** Answers and messages that clients got so far. */
  replies = 0;
  messages = 0;
  readonly #directory = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "core-ring-" });
  readonly #cluster: CoreCluster;
  readonly #clients: readonly MemoryClient[];
  readonly #calls: readonly Uint8Array[];
  readonly #passes: readonly Uint8Array[];
  readonly #opens: readonly (readonly OpenFrame[])[];
  #handles = 0;

  constructor() {
    const cluster = this.#cluster = new CoreCluster(
      NODES,
      (pnn, defer) => this.#storage(pnn, defer),
    );
    cluster.start();
    this.#clients = cluster.nodes.map((_, pnn) =>
      cluster.connect(pnn, (frame) => {
        const operation = u32At(frame, OPERATION_AT);
        if (operation === Operation.REPLY_CALL) this.replies++;
        if (operation === Operation.REQ_MESSAGE) this.messages++;
      })
    );
    const dbIds = this.#clients.map((_, pnn) => this.#attach(pnn));
    for (let pnn = 0; pnn < NODES; pnn++) this.#send(pnn, "REGISTER_SRVID", SRVID);
    cluster.pump();
    this.#calls = dbIds.map((dbId, pnn) => callFrame(pnn, dbId));
    this.#opens = dbIds.map((dbId, pnn) => openFrames(pnn, dbId));
    this.#passes = this.#clients.map((_, pnn) => messageFrame((pnn + 1) % NODES));
  }

  /** The record comes to the node whose turn it is. */
  readonly fetchHop = (turn: number): void => {
    this.#clients[turn % NODES]!.send(this.#calls[turn % NODES]!);
    this.#cluster.pump();
  };

  /** The message goes to the next node. */
  readonly messageHop = (turn: number): void => {
    this.#clients[turn % NODES]!.send(this.#passes[turn % NODES]!);
    this.#cluster.pump();
  };

  /**
   * What smbd asks of its node when it opens and closes a file that is open on other nodes in turn:
   * the record comes, and one of a new key; both are to be deleted when they are closed.
   */
  readonly openHop = (turn: number): void => {
    const pnn = turn % NODES;
    const client = this.#clients[pnn]!;
    const opens = this.#opens[pnn]!;
    const handle = ++this.#handles * 0x9e37_79b1;
    for (const { frame, handleAt } of opens) {
      if (handleAt > 0) new DataView(frame.buffer).setUint32(handleAt, handle);
      client.send(frame);
      this.#cluster.pump();
    }
  };

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }

  #storage(pnn: number, defer: (callback: () => void) => void): RealStorage {
    const directory = this.#directory;
    return new RealStorage({
      pnn,
      directories: { volatile: directory, persistent: directory, state: directory },
      mutexes: true,
      lockHelperCommand: [],
      helperCommand: [],
      spawn: () => {
        throw new TypeError("start helper: nothing here needs one");
      },
      defer,
      log: nullLogger,
    });
  }

  #attach(pnn: number): number {
    let id = 0;
    const client = this.#cluster.connect(pnn, (frame) => {
      const packet = decodePacket(frame);
      if (packet.operation !== Operation.REPLY_CONTROL) return;
      id = decodeControlReply("DB_ATTACH", packet);
    });
    client.send(controlFrame(pnn, "DB_ATTACH", encodeControlRequest("DB_ATTACH", "ring.tdb")));
    this.#cluster.settle(1000);
    // As smbd does with most of its databases.
    client.send(controlFrame(pnn, "ENABLE_SEQNUM", encodeControlRequest("ENABLE_SEQNUM", id)));
    this.#cluster.settle(1000);
    return id;
  }

  #send(pnn: number, name: "REGISTER_SRVID", srvid: bigint): void {
    this.#clients[pnn]!.send(controlFrame(pnn, name, encodeControlRequest(name, srvid)));
  }
}

function header(destnode: number, reqid: number) {
  return { generation: 1, destnode, srcnode: 0, reqid };
}

/** A control of a client to its node. */
export function controlFrame(
  pnn: number,
  name: LiveControlName,
  { srvid, data }: { readonly srvid: bigint; readonly data: Uint8Array },
  flags = 0,
): Uint8Array {
  return encodePacket({
    operation: Operation.REQ_CONTROL,
    ...header(pnn, 1),
    opcode: controls[name].opcode,
    srvid,
    clientId: 0,
    flags,
    data,
  });
}

function callFrame(pnn: number, dbId: number, key: Uint8Array = KEY): Uint8Array {
  return encodePacket({
    operation: Operation.REQ_CALL,
    ...header(pnn, 7),
    flags: CallFlag.IMMEDIATE_MIGRATION,
    dbId,
    callid: CallId.NULL,
    hopcount: 0,
    key,
    calldata: NO_DATA,
  });
}

/** A frame that is sent again and again, with another handle each time. */
interface OpenFrame {
  readonly frame: Uint8Array<ArrayBuffer>;
  /** Where the key of the handle lies in it; 0 in those without. */
  readonly handleAt: number;
}

/** What a client sends to open and close the file: calls for both records, and what shall go. */
function openFrames(pnn: number, dbId: number): readonly OpenFrame[] {
  const mark = new Uint8Array([0xfe, 0xdc, 0xba, 0x98]);
  const call = (key: Uint8Array) => callFrame(pnn, dbId, key);
  const schedule = (key: Uint8Array) => {
    const header = { rsn: 1n, dmaster: pnn, flags: 0 };
    const request = encodeControlRequest("SCHEDULE_FOR_DELETION", { dbId, header, key });
    return controlFrame(pnn, "SCHEDULE_FOR_DELETION", request, ControlFlag.NOREPLY);
  };
  return [call(mark), call(KEY), schedule(KEY), schedule(mark)].map((bytes) => {
    const frame = bytes.slice();
    return { frame, handleAt: Math.max(0, indexOf(frame, mark)) };
  });
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  return bytes.findIndex((_, at) => part.every((byte, i) => bytes[at + i] === byte));
}

function messageFrame(destnode: number): Uint8Array {
  return encodePacket({
    operation: Operation.REQ_MESSAGE,
    ...header(destnode, 0),
    srvid: SRVID,
    data: new Uint8Array(8),
  });
}

/**
 * Bytes of the heap that a hop takes: the least of some tries, as a collection in between makes a try
 * worthless.
 */
export function allocatedPerHop(hop: (turn: number) => void): number {
  const hops = 300;
  let least = Infinity;
  for (let tries = 0; tries < 20; tries++) {
    const before = Deno.memoryUsage().heapUsed;
    for (let turn = 0; turn < hops; turn++) hop(turn);
    const bytes = Math.round((Deno.memoryUsage().heapUsed - before) / hops);
    if (bytes > 0) least = Math.min(least, bytes);
  }
  return least;
}
