/**
 * What one hop costs the core alone: three nodes in one process on real TDB files, without sockets.
 * Prints microseconds and allocated bytes a hop, for a record that goes round and for a message.
 *
 *     deno run -A bench/core-hop.ts [HOPS]
 *
 * With `--cpu-prof` in front it shows where the time goes.
 *
 * @module
 */
import process from "node:process";
import { nullLogger } from "../lib/base/mod.ts";
import { RealStorage } from "../lib/records/mod.ts";
import { CallFlag, CallId, encodePacket, Operation } from "../lib/wire/mod.ts";
import { CoreCluster, type MemoryClient } from "../testing/core-cluster.ts";

const NODES = 3;
const SRVID = 0x6265_6e63_6800_0003n;
const KEY = new TextEncoder().encode("one hot record");

const hops = Number(Deno.args[0] ?? "100000");
const directory = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "core-hop-" });
const storage = (pnn: number, defer: (callback: () => void) => void) =>
  new RealStorage({
    pnn,
    directories: { volatile: directory, persistent: directory, state: directory },
    mutexes: true,
    lockHelperCommand: [],
    helperCommand: [],
    spawn: () => {
      throw new Error("no helper is needed here");
    },
    defer,
    log: nullLogger,
  });

const cluster = new CoreCluster(NODES, storage);
cluster.start();
let replies = 0;
let messages = 0;
const clients: MemoryClient[] = [];
for (let pnn = 0; pnn < NODES; pnn++) {
  clients.push(cluster.connect(pnn, (frame) => {
    if (frame[16] === Operation.REPLY_CALL) replies++;
    if (frame[16] === Operation.REQ_MESSAGE) messages++;
  }));
}
const dbId = await attach();

function header(pnn: number, reqid: number) {
  return { generation: 1, destnode: pnn, srcnode: 0, reqid };
}

async function attach(): Promise<number> {
  const { controls, encodeControlRequest, decodeControlReply, decodePacket } = await import(
    "../lib/wire/mod.ts"
  );
  let id = 0;
  for (let pnn = 0; pnn < NODES; pnn++) {
    const done = Promise.withResolvers<number>();
    const client = cluster.connect(pnn, (frame) => {
      const packet = decodePacket(frame);
      if (packet.operation === Operation.REPLY_CONTROL) {
        done.resolve(decodeControlReply("DB_ATTACH", packet) as number);
      }
    });
    const { data, srvid } = encodeControlRequest("DB_ATTACH", "hop.tdb");
    client.send(encodePacket({
      operation: Operation.REQ_CONTROL,
      ...header(pnn, 1),
      opcode: controls.DB_ATTACH.opcode,
      srvid,
      clientId: 0,
      flags: 0,
      data,
    }));
    cluster.settle(1000);
    id = await done.promise;
  }
  for (let pnn = 0; pnn < NODES; pnn++) {
    const { data } = encodeControlRequest("REGISTER_SRVID", SRVID);
    clients[pnn]!.send(encodePacket({
      operation: Operation.REQ_CONTROL,
      ...header(pnn, 1),
      opcode: controls.REGISTER_SRVID.opcode,
      srvid: SRVID,
      clientId: 0,
      flags: 0,
      data,
    }));
  }
  cluster.pump();
  return id;
}

const calls = clients.map((_, pnn) =>
  encodePacket({
    operation: Operation.REQ_CALL,
    ...header(pnn, 7),
    flags: CallFlag.IMMEDIATE_MIGRATION,
    dbId,
    callid: CallId.NULL,
    hopcount: 0,
    key: KEY,
    calldata: new Uint8Array(0),
  })
);
const passes = clients.map((_, pnn) =>
  encodePacket({
    operation: Operation.REQ_MESSAGE,
    ...header((pnn + 1) % NODES, 0),
    srvid: SRVID,
    data: new Uint8Array(8),
  })
);

function fetchHop(i: number): void {
  clients[i % NODES]!.send(calls[i % NODES]!);
  cluster.pump();
}

function messageHop(i: number): void {
  clients[i % NODES]!.send(passes[i % NODES]!);
  cluster.pump();
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Bytes of the heap that a hop takes; 0 where the collector came in between. */
function allocated(hop: (i: number) => void): number {
  const count = 300;
  const before = Deno.memoryUsage().heapUsed;
  for (let i = 0; i < count; i++) hop(i);
  return Math.max(0, Math.round((Deno.memoryUsage().heapUsed - before) / count));
}

function measure(what: string, hop: (i: number) => void): void {
  for (let i = 0; i < hops / 4; i++) hop(i);
  const before = process.cpuUsage();
  for (let i = 0; i < hops; i++) hop(i);
  const { user, system } = process.cpuUsage(before);
  const bytes = allocated(hop);
  say(
    `${what}: ${(user / hops).toFixed(2)} us user, ${
      (system / hops).toFixed(2)
    } us system, ${bytes} bytes a hop`,
  );
}

measure("fetch", fetchHop);
measure("message", messageHop);
measure("fetch", fetchHop);
measure("message", messageHop);
say(`${replies} replies, ${messages} messages of ${2.5 * hops}`);
Deno.removeSync(directory, { recursive: true });
Deno.exit(replies >= 2.5 * hops && messages >= 2.5 * hops ? 0 : 1);
