import assert from "node:assert/strict";
import {
  controlByOpcode,
  type ControlName,
  controlRow,
  databaseId,
  decode,
  decodeControlReply,
  decodeControlRequest,
  decodePacket,
  encode,
  encodePacket,
  hashKey,
  isControlFailure,
  messageBySrvid,
  messages,
  Operation,
  type Packet,
  type Padding,
  readHeader,
} from "../../../lib/wire/mod.ts";
import {
  countVectors,
  type Json,
  packetVectors,
  readVectors,
  valueLeaves,
  type Vector,
  vectorLeaves,
} from "./vectors.ts";

/** Payloads where a C sender leaves rubbish in bytes that nobody reads (wire.md 16.3). */
function hasRubbish(vector: Vector): boolean {
  return vector.opcode === 135 || vector.name === "ip-reply_control-get_db_statistics";
}

Deno.test("the vectors are complete", () => {
  assert.equal(countVectors(), 824);
});

for (const vector of packetVectors()) {
  Deno.test(`${vector.file} ${vector.name} decodes, and encodes to the same bytes`, () => {
    const packet = decodePacket(vector.frame);
    checkHeader(vector, packet);
    checkFields(vector, packet);
    checkPayload(vector, packet);
    assert.equal(
      encodePacket(packet, paddingOf(vector)).toHex(),
      vector.frame.toHex(),
      "encoded again",
    );
  });
}

function paddingOf(vector: Vector): Padding {
  if (vector.direction !== "client->server") return "node";
  return vector.frame.byteLength % 8 === 0 ? "tool" : "exact";
}

function checkHeader(vector: Vector, packet: Packet): void {
  const expected = vector.fields.header as { readonly [key: string]: Json };
  const { length, ...header } = readHeader(vector.frame);
  assert.equal(length, expected.length);
  for (const [name, value] of Object.entries(header)) {
    assert.equal(BigInt(value), BigInt(expected[name] as string | number), name);
    assert.equal(packet[name as keyof typeof header], value, name);
  }
}

/** Fields of the packet itself, all but the header and the payload of controls and messages. */
function checkFields(vector: Vector, packet: Packet): void {
  const { header: _1, data: _2, opcode_name: _3, ...expected } = vector.fields;
  const ours: Record<string, unknown> = { ...packet };
  for (const name of ["operation", "generation", "destnode", "srcnode", "reqid"]) delete ours[name];
  if (packet.operation === Operation.REPLY_CONTROL) {
    ours.opcode = vector.opcode;
    if (packet.error === "") delete ours.error;
  }
  if (!("data_hex" in expected)) delete ours.data;
  const sortByKey = (leaves: ReturnType<typeof vectorLeaves>) =>
    leaves.toSorted(([a], [b]) => a < b ? -1 : 1);
  const unterminated = vectorLeaves(expected).map(([key, value]) =>
    [key, typeof value === "string" ? value.replace(/\0$/, "") : value] as const
  );
  assert.deepEqual(sortByKey(valueLeaves(ours)), sortByKey(unterminated));
}

function checkPayload(vector: Vector, packet: Packet): void {
  if (packet.operation === Operation.REQ_MESSAGE) return checkMessage(vector, packet);
  if (packet.operation === Operation.REQ_CONTROL) {
    const name = controlName(packet.opcode);
    checkControl(vector, name, "request", packet.data, () => decodeControlRequest(name, packet));
  }
  if (packet.operation === Operation.REPLY_CONTROL) {
    const name = controlName(vector.opcode!);
    if (isControlFailure(name, packet.status)) return assert.equal(packet.data.byteLength, 0);
    checkControl(vector, name, "reply", packet.data, () => decodeControlReply(name, packet));
  }
}

function controlName(opcode: number): ControlName {
  const name = controlByOpcode(opcode);
  assert(name !== undefined);
  return name;
}

function checkControl(
  vector: Vector,
  name: ControlName,
  side: "request" | "reply",
  data: Uint8Array,
  read: () => unknown,
): void {
  const row = controlRow(name);
  if ((side === "request" ? row.requestIn : row.replyIn) !== "data") {
    return assert.equal(data.byteLength, 0);
  }
  const value = read();
  compareLeaves(value, vector.fields.data);
  const codec = side === "request" ? row.request : row.reply;
  if (!hasRubbish(vector)) assert.equal(encode<unknown>(codec, value).toHex(), data.toHex());
}

function checkMessage(vector: Vector, packet: Packet & { srvid: bigint; data: Uint8Array }): void {
  const name = messageBySrvid(packet.srvid);
  if (name === undefined) return assert(!("srvid_name" in vector.fields));
  assert.equal(name, String(vector.fields.srvid_name).split("+")[0]);
  const value = decode<unknown>(messages[name], packet.data);
  compareLeaves(value, vector.fields.data);
  assert.equal(encode<unknown>(messages[name], value).toHex(), packet.data.toHex());
}

/** Values in order must be the same; names too, where our type has one. */
function compareLeaves(value: unknown, expected: Json | undefined): void {
  // The vectors have no field at all where the data is empty, and "" before the first colon.
  const ours = expected === undefined && isEmpty(value) ? [] : valueLeaves(value);
  const theirs = expected === undefined
    ? []
    : vectorLeaves(expected).filter(([k, v]) => k !== "names" || v !== "");
  assert.deepEqual(ours.map(([, v]) => v), theirs.map(([, v]) => v));
  for (const [i, [key]] of ours.entries()) {
    const name = theirs[i]![0];
    if (key !== "") assert.equal(key, TUNABLE_ALIASES.get(name) ?? name);
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (value instanceof Uint8Array && value.byteLength === 0);
}

/** Tunables whose name in the block of the C daemon is not the one that people use. */
const TUNABLE_ALIASES = new Map([
  ["scripttimeout", "eventscripttimeout"],
  ["scriptunhealthyontimeout", "eventscriptunhealthyontimeout"],
  ["deterministicpublicips", "deterministicips"],
  ["recdpingfailcount", "recdfailcount"],
  ["maxqueuedepthdropmsg", "maxqueuedropmsg"],
  ["deferredattachtimeout", "deferredattachto"],
  ["lcp2publicipassignment", "lcp2publicips"],
  ["pulldbpreallocationsize", "pulldbpreallocation"],
  ["samba3hack", "samba3avoiddeadlocks"],
  ["mutexenabled", "tdbmutexenabled"],
]);

Deno.test("hashes and database ids are those of the vectors", () => {
  for (const { operation, fields, frame } of readVectors("wire-hash.json")) {
    if (operation === "HASH") {
      assert.equal(BigInt(hashKey(frame)), BigInt(String(fields.hash)));
    } else {
      assert.equal(BigInt(databaseId(String(fields.db_name))), BigInt(String(fields.db_id)));
    }
  }
});
