/** An arbitrary value of every type that `lib/wire` has a codec for. */
import fc from "fast-check";
import * as wire from "../../../lib/wire/mod.ts";
import type { Codec } from "../../../lib/wire/mod.ts";

/** An object with these fields; a plain one, as decoders return. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
export const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const f64 = fc.double();
const nothing = fc.constant(undefined);
/** All that 16 bytes hold, wrapped around or not. */
const time = fc.bigInt({ min: -(2n ** 63n) * 1_000_000n, max: 2n ** 63n * 1_000_000n - 1n });
export const bytes = fc.uint8Array({ maxLength: 64 });

/** Text that a C string can hold, of at most `maxBytes` bytes. */
export function text(maxBytes: number): fc.Arbitrary<string> {
  return fc.string({ unit: "binary", maxLength: Math.floor(maxBytes / 4) })
    .map((value) => value.replaceAll("\0", "."));
}

const name = text(160);

const ipText = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // Runs of zeros and embedded IPv4 addresses, which random bytes hardly ever have.
  fc.array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: 16, maxLength: 16 })
    .map((numbers) => new Uint8Array(numbers)),
);

export const socketAddress: fc.Arbitrary<wire.SocketAddress> = fc
  .tuple(ipText, u16, fc.option(fc.integer({ min: 1, max: 0xffff_ffff })))
  .map(([ip, port, scopeId]) => {
    const address = wire.formatIp(ip);
    if (ip.byteLength === 4) return { family: 4, address, port };
    return scopeId === null ? { family: 6, address, port } : { family: 6, address, port, scopeId };
  });

const buckets = fc.array(u32, { minLength: 16, maxLength: 16 });
const few = { maxLength: 5 };

const recordHeader = record({ rsn: u64, dmaster: u32, flags: u32 });
const marshalledRecord = record({ reqid: u32, key: bytes, data: bytes });
const recordBuffer = record({ dbId: u32, records: fc.array(marshalledRecord, few) });
const traverseStart = { dbId: u32, reqid: u32, srvid: u64 };
const traverseAll = { dbId: u32, reqid: u32, pnn: u32, clientReqid: u32, srvid: u64 };
const latencyCounter = record({ num: i32, min_s: f64, max_s: f64, total_s: f64 });
const locks = record({
  numCalls: u32,
  numCurrent: u32,
  numPending: u32,
  numFailed: u32,
  latency: latencyCounter,
  buckets,
});

const statistics: fc.Arbitrary<wire.Statistics> = record({
  numClients: u32,
  frozen: u32,
  recovering: u32,
  clientPacketsSent: u32,
  clientPacketsRecv: u32,
  nodePacketsSent: u32,
  nodePacketsRecv: u32,
  keepalivePacketsSent: u32,
  keepalivePacketsRecv: u32,
  node: record({
    reqCall: u32,
    replyCall: u32,
    reqDmaster: u32,
    replyDmaster: u32,
    replyError: u32,
    reqMessage: u32,
    reqControl: u32,
    replyControl: u32,
    reqTunnel: u32,
  }),
  client: record({ reqCall: u32, reqMessage: u32, reqControl: u32, reqTunnel: u32 }),
  timeouts: record({ call: u32, control: u32, traverse: u32 }),
  reclock: record({ ctdbd: latencyCounter, recd: latencyCounter }),
  locks,
  totalCalls: u32,
  pendingCalls: u32,
  childwriteCalls: u32,
  pendingChildwriteCalls: u32,
  memoryUsed: u32,
  lastCounter: u32,
  maxHopCount: u32,
  hopCountBucket: buckets,
  callLatency: latencyCounter,
  childwriteLatency: latencyCounter,
  numRecoveries: u32,
  statisticsStartTime: time,
  statisticsCurrentTime: time,
  totalRoDelegations: u32,
  totalRoRevokes: u32,
});

const dbStatistics: fc.Arbitrary<wire.DbStatistics> = record({
  locks,
  vacuum: record({ latency: latencyCounter }),
  dbRoDelegations: u32,
  dbRoRevokes: u32,
  hopCountBucket: buckets,
  hotKeys: fc.array(record({ count: u32, key: bytes }), { minLength: 10, maxLength: 10 }),
});

const publicIp = record({ pnn: u32, address: socketAddress });
const networkInterface = record({ name: text(17), linkUp: fc.boolean(), references: u32 });
const connection = record({ src: socketAddress, dst: socketAddress });
const nodeEntry = record({ pnn: u32, flags: u32, address: socketAddress });
const dbEntry = record({ dbId: u32, flags: u8 });
const serverId = record({ pid: u64, taskId: u32, vnn: u32, uniqueId: u64 });

const tunablesBlock = fc.array(u32, { minLength: 62, maxLength: 62 }).map((values) => {
  const entries = wire.tunables.map((info, i) => [info.name, values[i]!] as const);
  return Object.fromEntries(entries) as unknown as wire.TunableValues;
});

function pair<T>(codec: Codec<T>, arbitrary: fc.Arbitrary<T>): AnyPair {
  return { codec: codec as Codec<unknown>, arbitrary };
}

/** A codec with the values that it can write. */
export interface AnyPair {
  readonly codec: Codec<unknown>;
  readonly arbitrary: fc.Arbitrary<unknown>;
}

/** Every codec that `mod.ts` exports, by the name of the export. */
export const everyCodec: { readonly [name: string]: AnyPair } = {
  addressInfo: pair(
    wire.addressInfo,
    record({ address: socketAddress, maskBits: u32, interface: fc.option(name) }),
  ),
  banState: pair(wire.banState, record({ pnn: u32, time_s: u32 })),
  blobn: pair(wire.blobn, bytes),
  bool8: pair(wire.bool8, fc.boolean()),
  connection: pair(wire.connection, connection),
  cstr: pair(wire.cstr, name),
  cstrOrNull: pair(wire.cstrOrNull, fc.option(name)),
  dbEntry: pair(wire.dbEntry, dbEntry),
  dbMap: pair(wire.dbMap, fc.array(dbEntry, few)),
  dbStatistics: pair(wire.dbStatistics, dbStatistics),
  dbVacuum: pair(wire.dbVacuum, record({ dbId: u32, fullVacuumRun: fc.boolean() })),
  disableMessage: pair(wire.disableMessage, record({ pnn: u32, srvid: u64, timeout_s: u32 })),
  echoData: pair(wire.echoData, record({ timeout_s: u32, data: bytes })),
  electionMessage: pair(
    wire.electionMessage,
    record({ numConnected: u32, priorityTime: time, pnn: u32, nodeFlags: u32 }),
  ),
  f64: pair(wire.f64, f64),
  flagChange: pair(wire.flagChange, record({ pnn: u32, newFlags: u32, oldFlags: u32 })),
  gLockEntries: pair(
    wire.gLockEntries,
    fc.array(
      record({ type: fc.constantFrom<"read" | "write">("read", "write"), serverId }),
      few,
    ),
  ),
  i32: pair(wire.i32, i32),
  ignored: pair(wire.ignored, nothing),
  interfaceList: pair(wire.interfaceList, fc.array(networkInterface, few)),
  pushedRecord: pair(
    wire.pushedRecord,
    record({ generation: u32, dbId: u32, header: recordHeader, key: bytes, value: bytes }),
  ),
  keyData: pair(wire.keyData, record({ dbId: u32, header: recordHeader, key: bytes })),
  latencyCounter: pair(wire.latencyCounter, latencyCounter),
  marshalledRecord: pair(wire.marshalledRecord, marshalledRecord),
  networkInterface: pair(wire.networkInterface, networkInterface),
  nodeEntry: pair(wire.nodeEntry, nodeEntry),
  nodeMapCodec: pair(wire.nodeMapCodec, fc.array(nodeEntry, few)),
  nothing: pair(wire.nothing, nothing),
  notifyData: pair(wire.notifyData, record({ srvid: u64, data: bytes })),
  pidSrvid: pair(wire.pidSrvid, record({ pid: i32, srvid: u64 })),
  publicIp: pair(wire.publicIp, publicIp),
  publicIpInfo: pair(
    wire.publicIpInfo,
    record({ ip: publicIp, activeIndex: u32, interfaces: fc.array(networkInterface, few) }),
  ),
  publicIpList: pair(wire.publicIpList, fc.array(publicIp, few)),
  pullRequest: pair(wire.pullRequest, record({ dbId: u32, lmaster: u32, srvid: u64 })),
  recordBuffer: pair(wire.recordBuffer, recordBuffer),
  recordHeader: pair(wire.recordHeader, recordHeader),
  restBytes: pair(wire.restBytes, bytes),
  restText: pair(wire.restText, name),
  scriptList: pair(
    wire.scriptList,
    fc.array(
      record({ name: text(31), start: time, finished: time, status: i32, output: text(511) }),
      few,
    ),
  ),
  serverId: pair(wire.serverId, serverId),
  socketAddress: pair(wire.socketAddress, socketAddress),
  srvidMessage: pair(wire.srvidMessage, record({ pnn: u32, srvid: u64 })),
  statistics: pair(wire.statistics, statistics),
  statisticsList: pair(wire.statisticsList, fc.array(statistics, { maxLength: 2 })),
  strn: pair(wire.strn, name),
  strnLenient: pair(wire.strnLenient, name),
  strnOrNull: pair(wire.strnOrNull, fc.option(name)),
  tickleList: pair(
    wire.tickleList,
    record({ address: socketAddress, connections: fc.array(connection, few) }),
  ),
  timeValue: pair(wire.timeValue, time),
  transDb: pair(wire.transDb, record({ dbId: u32, tid: u32 })),
  traverseAll: pair(wire.traverseAll, record(traverseAll)),
  traverseAllExt: pair(
    wire.traverseAllExt,
    record({ ...traverseAll, withEmptyRecords: fc.boolean() }),
  ),
  traverseStart: pair(wire.traverseStart, record(traverseStart)),
  traverseStartExt: pair(
    wire.traverseStartExt,
    record({ ...traverseStart, withEmptyRecords: fc.boolean() }),
  ),
  tunable: pair(wire.tunable, record({ value: u32, name })),
  tunablesBlock: pair(wire.tunablesBlock, tunablesBlock),
  u16: pair(wire.u16, u16),
  u16be: pair(wire.u16be, u16),
  u32: pair(wire.u32, u32),
  u32Padded: pair(wire.u32Padded, u32),
  u64: pair(wire.u64, u64),
  u8: pair(wire.u8, u8),
  uptime: pair(
    wire.uptime,
    record({
      currentTime: time,
      ctdbdStartTime: time,
      lastRecoveryStarted: time,
      lastRecoveryFinished: time,
    }),
  ),
  variableList: pair(
    wire.variableList,
    fc.array(text(40).map((word) => `v${word.replaceAll(":", ".")}`), few),
  ),
  vnnMap: pair(wire.vnnMap, record({ generation: u32, map: fc.array(u32, few) })),
};

const header = { generation: u32, destnode: u32, srcnode: u32, reqid: u32 };

/** Any packet. */
export const packet: fc.Arbitrary<wire.Packet> = fc.oneof(
  record({
    operation: fc.constant(wire.Operation.REQ_CALL),
    ...header,
    flags: u32,
    dbId: u32,
    callid: u32,
    hopcount: u32,
    key: bytes,
    calldata: bytes,
  }),
  record({
    operation: fc.constant(wire.Operation.REPLY_CALL),
    ...header,
    status: i32,
    data: bytes,
  }),
  record({
    operation: fc.constant(wire.Operation.REQ_DMASTER),
    ...header,
    dbId: u32,
    rsn: u64,
    dmaster: u32,
    key: bytes,
    data: bytes,
    recordFlags: u32,
  }),
  record({
    operation: fc.constant(wire.Operation.REPLY_DMASTER),
    ...header,
    dbId: u32,
    rsn: u64,
    key: bytes,
    data: bytes,
    recordFlags: u32,
  }),
  record({
    operation: fc.constant(wire.Operation.REPLY_ERROR),
    ...header,
    status: i32,
    message: name,
  }),
  record({
    operation: fc.constant(wire.Operation.REQ_MESSAGE),
    ...header,
    srvid: u64,
    data: bytes,
  }),
  record({
    operation: fc.constant(wire.Operation.REQ_CONTROL),
    ...header,
    opcode: fc.oneof(u32, fc.integer({ min: 0, max: 170 })),
    srvid: u64,
    clientId: u32,
    flags: u32,
    data: bytes,
  }),
  record({
    operation: fc.constant(wire.Operation.REPLY_CONTROL),
    ...header,
    status: i32,
    data: bytes,
    error: name,
  }),
  record({
    operation: fc.constant(wire.Operation.REQ_KEEPALIVE),
    ...header,
    version: u32,
    uptime_s: u32,
  }),
  record({
    operation: fc.constant(wire.Operation.REQ_TUNNEL),
    ...header,
    tunnelId: u64,
    flags: u32,
    data: bytes,
  }),
);
