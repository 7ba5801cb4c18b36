import assert from "node:assert/strict";
import fc from "fast-check";
import { CollectedRecords } from "../../../lib/recovery/collected-records.ts";
import { pushBuffers } from "../../../lib/recovery/push-buffers.ts";
import {
  decode,
  readRecordHeader,
  recordBuffer,
  recordData,
  RecordFlag,
  recordValue,
} from "../../../lib/wire/mod.ts";

const LEADER = 2;
const encoder = new TextEncoder();
const key = (text: string) => encoder.encode(text);
const copy = (rsn: bigint, dmaster: number, text: string, flags = 0) =>
  recordValue({ rsn, dmaster, flags }, encoder.encode(text));

function kept(collected: CollectedRecords, persistent = true): Record<string, string> {
  const decoder = new TextDecoder();
  return Object.fromEntries(
    [...collected.toPush(persistent)].map((r) => [
      decoder.decode(r.key),
      decoder.decode(recordData(r.data)),
    ]),
  );
}

Deno.test("the copy with the highest rsn is kept, in whatever order they come", () => {
  const copies = [copy(3n, 0, "old"), copy(9n, 1, "newest"), copy(5n, 0, "middle")];
  fc.assert(fc.property(fc.shuffledSubarray(copies, { minLength: 3 }), (order) => {
    const collected = new CollectedRecords(LEADER);
    for (const data of order) collected.add({ key: key("k"), data });
    assert.deepEqual(kept(collected), { k: "newest" });
  }));
});

Deno.test("of equal rsn a copy that names the leader as dmaster gives way, no other does", () => {
  const collected = new CollectedRecords(LEADER);
  collected.add({ key: key("a"), data: copy(4n, LEADER, "leader's") });
  collected.add({ key: key("a"), data: copy(4n, 0, "other") });
  collected.add({ key: key("b"), data: copy(4n, 0, "first") });
  collected.add({ key: key("b"), data: copy(4n, 1, "second") });
  assert.deepEqual(kept(collected), { a: "other", b: "first" });
});

Deno.test("empty records do not survive, and what is shorter than a header is no record", () => {
  const collected = new CollectedRecords(LEADER);
  collected.add({ key: key("deleted"), data: copy(7n, 0, "") });
  collected.add({ key: key("scrap"), data: new Uint8Array(23) });
  collected.add({ key: key("there"), data: copy(1n, 0, "x") });
  assert.deepEqual(kept(collected), { there: "x" });
});

Deno.test("a tombstone beats an older copy with data", () => {
  const collected = new CollectedRecords(LEADER);
  collected.add({ key: key("k"), data: copy(3n, 0, "stale") });
  collected.add({ key: key("k"), data: copy(5n, 1, "") });
  assert.deepEqual(kept(collected), {});
});

Deno.test("keys are compared byte by byte", () => {
  const collected = new CollectedRecords(LEADER);
  const keys = [[0x80], [0x81], [0x9d], [0xff], [0], [0, 0], []].map((k) => Uint8Array.from(k));
  for (const k of keys) collected.add({ key: k, data: copy(1n, 0, "x") });
  assert.equal(collected.size, keys.length);
});

Deno.test("only persistent records keep their header; others go to the leader", () => {
  const collected = new CollectedRecords(LEADER);
  collected.add({ key: key("k"), data: copy(6n, 0, "x") });
  const [persistent] = [...collected.toPush(true)];
  assert.deepEqual(readRecordHeader(persistent!.data), { rsn: 6n, dmaster: 0, flags: 0 });
  const [volatile] = [...collected.toPush(false)];
  const flags = RecordFlag.MIGRATED_WITH_DATA;
  assert.deepEqual(readRecordHeader(volatile!.data), { rsn: 6n, dmaster: LEADER, flags });
});

Deno.test("an empty database is pushed as one empty buffer", () => {
  const [only, ...others] = [...pushBuffers(7, [], 1000)];
  assert.deepEqual([only!.count, others.length], [0, 0]);
  assert.deepEqual(decode(recordBuffer, only!.bytes), { dbId: 7, records: [] });
});

Deno.test("buffers hold all records in order and end with the record that exceeds the limit", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300)), fc.integer({ min: 100, max: 2000 }), (sizes, limit) => {
      const records = sizes.map((size, i) => ({ key: key(String(i)), data: new Uint8Array(size) }));
      const buffers = [...pushBuffers(7, records, limit)];
      const decoded = buffers.map(({ bytes }) => decode(recordBuffer, bytes).records);
      assert.deepEqual(decoded.map((r) => r.length), buffers.map(({ count }) => count));
      assert.deepEqual(
        decoded.flat().map((r) => [r.key.toHex(), r.data.length]),
        records.map((r) => [r.key.toHex(), r.data.length]),
      );
      for (const { bytes } of buffers.slice(0, -1)) assert.ok(bytes.length > limit);
      for (const records of decoded) {
        const last = records.at(-1);
        if (last === undefined) continue;
        const without = 8 +
          records.slice(0, -1).reduce((n, r) => n + 16 + r.key.length + r.data.length, 0);
        assert.ok(without <= limit);
      }
    }),
  );
});
