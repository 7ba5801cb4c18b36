import fc from "fast-check";
import assert from "node:assert/strict";
import {
  clientSrvid,
  daemonSrvid,
  databaseId,
  decode,
  decodeText,
  DEFAULT_CAPABILITIES,
  DISABLED_FLAGS,
  findTunable,
  hashKey,
  INACTIVE_FLAGS,
  isBroadcast,
  lmasterOf,
  messageBySrvid,
  messages,
  NodeFlag,
  readRecordHeader,
  recordBuffer,
  RecordBufferWriter,
  recordData,
  recordHeader,
  recordValue,
  SEQNUM_KEY,
  Srvid,
  toolSrvid,
  tunableListOrder,
  tunables,
  UNKNOWN_PNN,
  WireError,
} from "../../../lib/wire/mod.ts";
import { bytes, u32, u64 } from "./arbitraries.ts";
import { readVectors } from "./vectors.ts";

Deno.test("the hash does not depend on where the key lies", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(5), (key, offset) => {
    const room = new Uint8Array(key.byteLength + offset + 3).fill(0xa5);
    room.set(key, offset);
    assert.equal(hashKey(room.subarray(offset, offset + key.byteLength)), hashKey(key));
  }));
});

Deno.test("hashes of the specification's table", () => {
  const table: [string, number][] = [
    ["", 0xdeadbeef],
    ["00", 0x8ba9414b],
    ["61", 0x58d68708],
    ["616263", 0x0e397631],
    ["6162636465666768", 0x2995c3be],
    ["6162636465666768696a6b6c", 0x4012f87b],
    ["6162636465666768696a6b6c6d", 0x928128f9],
    ["ff".repeat(13), 0xbaf67575],
    ["6b657931", 0x1de0df49],
  ];
  for (const [key, hash] of table) assert.equal(hashKey(Uint8Array.fromHex(key)), hash);
  assert.equal(databaseId("smbXsrv_client_global.tdb"), 0x477d2e20);
});

Deno.test("a record's lmaster is the slot of its hash", () => {
  const key = new TextEncoder().encode("key1"); // 0x1de0df49
  assert.equal(lmasterOf([7, 8, 9], key), [7, 8, 9][0x1de0df49 % 3]);
  assert.equal(lmasterOf([4], key), 4);
  assert.equal(lmasterOf([], key), UNKNOWN_PNN);
});

Deno.test("a stored value is a header and data", () => {
  const header = fc.record({ rsn: u64, dmaster: u32, flags: u32 }, { noNullPrototype: true });
  fc.assert(fc.property(header, bytes, (fields, data) => {
    const value = recordValue(fields, data);
    assert.deepEqual(readRecordHeader(value), fields);
    assert.deepEqual(decode(recordHeader, value.subarray(0, 24)), fields);
    assert.deepEqual(recordData(value), data);
    assert.deepEqual(value.subarray(20, 24), new Uint8Array(4));
  }));
  assert.equal(readRecordHeader(new Uint8Array(23)), undefined);
  assert.equal(recordData(new Uint8Array(23)).byteLength, 0);
});

Deno.test("a record buffer is filled record by record, and again after it was taken", () => {
  const record = fc.record({ reqid: u32, key: bytes, data: bytes }, { noNullPrototype: true });
  fc.assert(fc.property(fc.array(fc.array(record, { maxLength: 40 })), (buffers) => {
    const writer = new RecordBufferWriter(0x1234);
    for (const records of buffers) {
      for (const { key, data, reqid } of records) writer.append(key, data, reqid);
      assert.equal(writer.count, records.length);
      const size = writer.size;
      const buffer = writer.finish();
      assert.equal(buffer.byteLength, size);
      assert.deepEqual(decode(recordBuffer, buffer), { dbId: 0x1234, records });
    }
    assert.deepEqual([writer.count, writer.size], [0, 8]);
  }));
});

Deno.test("the list of tunables is the C daemon's", () => {
  const vector = readVectors("wire-client-4.24.5-from-daemon.json")
    .find(({ name }) => name === "d24-reply_control-list_tunables")!;
  const { names } = vector.fields.data as { names: string[] };
  assert.deepEqual(["", ...tunableListOrder], names);
});

Deno.test("the defaults of tunables are those of an untuned C daemon", () => {
  const vector = readVectors("wire-client-4.24.5-from-daemon.json")
    .find(({ name }) => name === "d24-reply_control-get_all_tunables")!;
  assert.deepEqual(tunables.map((info) => info.default), Object.values(vector.fields.data!));
});

Deno.test("tunables are found in any case", () => {
  assert.equal(findTunable("allowclientDBATTACH")?.name, "AllowClientDBAttach");
  assert.equal(findTunable("LCP2PublicIPs")?.obsolete, true);
  assert.equal(findTunable("constructor"), undefined);
});

Deno.test("srvids lead to messages", () => {
  for (const name of Object.keys(messages) as (keyof typeof Srvid)[]) {
    assert.equal(messageBySrvid(Srvid[name]), name);
  }
  assert.equal(messageBySrvid(Srvid.RECOVERY + 0xffff_ffff_ffffn), "RECOVERY");
  assert.equal(messageBySrvid(Srvid.BANNING + 1n), undefined);
  assert.equal(messageBySrvid(0xfe00_0000_0000_0000n), undefined);
});

Deno.test("srvids for answers are in their ranges", () => {
  assert.equal(toolSrvid(0x1_0714, 3), 0xce01_0000_0714_0003n);
  assert.equal(clientSrvid(0x1234), 0xbe00_0000_0000_1234n);
  assert.equal(daemonSrvid(2, 0), 0x9e00_0002_0000_0000n);
});

Deno.test("masks hold the flags that they are said to", () => {
  const { DELETED, DISCONNECTED, BANNED, STOPPED, UNHEALTHY, PERMANENTLY_DISABLED } = NodeFlag;
  assert.equal(INACTIVE_FLAGS, DELETED | DISCONNECTED | BANNED | STOPPED);
  assert.equal(DISABLED_FLAGS, UNHEALTHY | PERMANENTLY_DISABLED);
  assert.equal(DEFAULT_CAPABILITIES, 0x30003);
  assert.equal(SEQNUM_KEY.byteLength, 23);
  const broadcasts = [0xf0000001, 0xf0000002, 0xf0000003, 0xf0000004, 0xf0000005, 0, 0xffffffff];
  assert.deepEqual(broadcasts.map(isBroadcast), [false, true, true, true, false, false, false]);
});

Deno.test("texts: short ones of ASCII and all others are read, and named, alike", () => {
  const encoder = new TextEncoder();
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
    for (const one of [text, text.replaceAll(/[^ -~]/g, "x")]) {
      const bytes = encoder.encode(one);
      assert.equal(decodeText(bytes, "strict"), one);
      assert.equal(decodeText(bytes, "lenient"), one);
      if (one.includes("\0")) assert.throws(() => databaseId(one), WireError);
      else assert.equal(databaseId(one), hashKey(new Uint8Array([...bytes, 0])));
    }
  }));
  for (const length of [63, 64, 65, 126, 127, 128, 129]) {
    const name = "n".repeat(length);
    assert.equal(decodeText(encoder.encode(name), "strict"), name);
    assert.equal(databaseId(name), hashKey(encoder.encode(`${name}\0`)));
  }
  assert.throws(() => decodeText(new Uint8Array([0x61, 0xff]), "strict"), WireError);
  assert.equal(decodeText(new Uint8Array([0x61, 0xff]), "lenient"), "a\ufffd");
});
