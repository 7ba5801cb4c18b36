import assert from "node:assert/strict";
import fc from "fast-check";
import { CollectedRecords } from "../../../lib/recovery/collected-records.ts";
import { pushBuffers } from "../../../lib/recovery/push-buffers.ts";
import {
  decode,
  encode,
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

/** Adds one record, as it would come in a buffer. */
function add(collected: CollectedRecords, record: { key: Uint8Array; data: Uint8Array }): void {
  collected.addBuffer(encode(recordBuffer, { dbId: 7, records: [{ reqid: 0, ...record }] }));
}

/** What is pushed, each record with key and data of its own. */
function pushed(collected: CollectedRecords, persistent: boolean) {
  const records: { key: Uint8Array; data: Uint8Array }[] = [];
  const walk = collected.walkPushed(persistent, (bytes, key, data, end) => {
    records.push({ key: bytes.slice(key, data), data: bytes.slice(data, end) });
    return false;
  });
  assert.equal([...walk].length, 0);
  return records;
}

function kept(collected: CollectedRecords, persistent = true): Record<string, string> {
  const decoder = new TextDecoder();
  return Object.fromEntries(
    pushed(collected, persistent).map((r) => [
      decoder.decode(r.key),
      decoder.decode(recordData(r.data)),
    ]),
  );
}

Deno.test("the copy with the highest rsn is kept, in whatever order they come", () => {
  const copies = [copy(3n, 0, "old"), copy(9n, 1, "newest"), copy(5n, 0, "middle")];
  fc.assert(fc.property(fc.shuffledSubarray(copies, { minLength: 3 }), (order) => {
    const collected = new CollectedRecords(LEADER);
    for (const data of order) add(collected, { key: key("k"), data });
    assert.deepEqual(kept(collected), { k: "newest" });
  }));
});

Deno.test("of equal rsn a copy that names the leader as dmaster gives way, no other does", () => {
  const collected = new CollectedRecords(LEADER);
  add(collected, { key: key("a"), data: copy(4n, LEADER, "leader's") });
  add(collected, { key: key("a"), data: copy(4n, 0, "other") });
  add(collected, { key: key("b"), data: copy(4n, 0, "first") });
  add(collected, { key: key("b"), data: copy(4n, 1, "second") });
  assert.deepEqual(kept(collected), { a: "other", b: "first" });
});

Deno.test("empty records do not survive, and what is shorter than a header is no record", () => {
  const collected = new CollectedRecords(LEADER);
  add(collected, { key: key("deleted"), data: copy(7n, 0, "") });
  add(collected, { key: key("scrap"), data: new Uint8Array(23) });
  add(collected, { key: key("there"), data: copy(1n, 0, "x") });
  assert.deepEqual(kept(collected), { there: "x" });
});

Deno.test("a tombstone beats an older copy with data", () => {
  const collected = new CollectedRecords(LEADER);
  add(collected, { key: key("k"), data: copy(3n, 0, "stale") });
  add(collected, { key: key("k"), data: copy(5n, 1, "") });
  assert.deepEqual(kept(collected), {});
});

Deno.test("keys are compared byte by byte", () => {
  const collected = new CollectedRecords(LEADER);
  const keys = [[0x80], [0x81], [0x9d], [0xff], [0], [0, 0], []].map((k) => Uint8Array.from(k));
  for (const k of keys) add(collected, { key: k, data: copy(1n, 0, "x") });
  assert.equal(collected.size, keys.length);
});

Deno.test("only persistent records keep their header; others go to the leader", () => {
  const collected = new CollectedRecords(LEADER);
  add(collected, { key: key("k"), data: copy(6n, 0, "x") });
  const [persistent] = pushed(collected, true);
  assert.deepEqual(readRecordHeader(persistent!.data), { rsn: 6n, dmaster: 0, flags: 0 });
  const [volatile] = pushed(collected, false);
  const flags = RecordFlag.MIGRATED_WITH_DATA;
  assert.deepEqual(readRecordHeader(volatile!.data), { rsn: 6n, dmaster: LEADER, flags });
});

Deno.test("an empty database is pushed as one empty buffer", () => {
  const empty = new CollectedRecords(LEADER);
  const rules = { persistent: false, limit_bytes: 1000 };
  const [only, ...others] = [...pushBuffers(7, empty, rules)];
  assert.deepEqual([only!.count, others.length], [0, 0]);
  assert.deepEqual(decode(recordBuffer, only!.bytes), { dbId: 7, records: [] });
});

Deno.test("buffers hold all records in order and end with the record that exceeds the limit", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300)), fc.integer({ min: 100, max: 2000 }), (sizes, limit) => {
      const value = (size: number) => copy(1n, 0, "x".repeat(size + 1));
      const records = sizes.map((size, i) => ({ key: key(String(i)), data: value(size) }));
      const collected = new CollectedRecords(LEADER);
      for (const record of records) add(collected, record);
      const rules = { persistent: true, limit_bytes: limit };
      // Each is valid until the next.
      const buffers = [
        ...pushBuffers(7, collected, rules)
          .map(({ bytes, count }) => ({ bytes: bytes.slice(), count })),
      ];
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

Deno.test("whatever comes in whatever order: what is kept is what a table would keep", () => {
  const record = fc.record({
    key: fc.nat(40),
    rsn: fc.nat(5),
    dmaster: fc.nat(3),
    text: fc.string({ maxLength: 12 }),
  });
  fc.assert(fc.property(fc.array(record, { maxLength: 300 }), fc.nat(), (records, seed) => {
    const collected = new CollectedRecords(LEADER, undefined, seed);
    const table = new Map<string, { rsn: number; dmaster: number; text: string }>();
    for (const { key: n, rsn, dmaster, text } of records) {
      const name = `key ${n}`;
      add(collected, { key: key(name), data: copy(BigInt(rsn), dmaster, text) });
      const old = table.get(name);
      const replaces = old === undefined || rsn > old.rsn ||
        (rsn === old.rsn && old.dmaster === LEADER);
      if (replaces) table.set(name, { rsn, dmaster, text });
    }
    assert.equal(collected.size, table.size);
    const expected = [...table].filter(([, { text }]) => text !== "");
    assert.deepEqual(
      kept(collected),
      Object.fromEntries(expected.map(([name, { text }]) => [name, text])),
    );
  }));
});

Deno.test("many records of all sizes are kept, and cost the heap little", () => {
  const heap = { allocated: 0, released: 0 };
  const scratch = {
    allocate: (length: number) => {
      heap.allocated += length;
      return new Uint8Array(length);
    },
    release: () => void heap.released++,
  };
  const collected = new CollectedRecords(LEADER, scratch, 99);
  const sizes = (i: number) => i % 10_000 === 0 ? 2_000_000 : i % 97;
  let bytes = 0;
  for (let i = 0; i < 50_000; i++) {
    const name = key(`record ${i}`);
    const data = recordValue({ rsn: 1n, dmaster: 0, flags: 0 }, new Uint8Array(sizes(i)).fill(i));
    add(collected, { key: name, data });
    bytes += name.length + data.length;
  }
  assert.equal(collected.size, 50_000);
  const numbers = new Set<string>();
  for (const { key: name, data } of pushed(collected, true)) {
    const text = new TextDecoder().decode(name);
    const i = Number(text.slice("record ".length));
    assert.ok(recordData(data).length === sizes(i) && recordData(data).every((b) => b === i % 256));
    numbers.add(text);
  }
  assert.equal(
    numbers.size,
    50_000 - [...Array(50_000).keys()].filter((i) => sizes(i) === 0).length,
  );
  assert.ok(heap.allocated < 1.5 * bytes + 32 * 1024 * 1024, `${heap.allocated} for ${bytes}`);
  collected.release();
  assert.deepEqual([heap.released, collected.size], [1, 0]);
});
