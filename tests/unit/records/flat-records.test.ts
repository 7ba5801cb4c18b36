import assert from "node:assert/strict";
import fc from "fast-check";
import { FlatRecords } from "../../../lib/records/flat-records.ts";

const PLENTY = { records: 1_000_000, bytes: 64 * 1024 * 1024 };

function header(rsn: number) {
  return { rsn: BigInt(rsn), dmaster: rsn % 3, flags: rsn * 7 };
}

function all(records: FlatRecords): Map<number, string> {
  const found = new Map<number, string>();
  for (const slot of records.slots()) {
    assert.equal(found.has(records.hash(slot)), false, "each hash once");
    found.set(records.hash(slot), `${records.key(slot).toHex()} ${records.header(slot).rsn}`);
  }
  return found;
}

/** Hashes that fall into the same bucket, however many there are, and others. */
const hash = fc.oneof(
  fc.nat(7).map((high) => (high * 0x1_0000 ^ (high * 0x1_0000 >>> 16)) >>> 0),
  fc.nat(40),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 0x8000_0000, 0xffff_ffff),
);
/** Some of them larger than what is cut from larger pieces. */
const key = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  fc.nat(12_000).map((length) => new Uint8Array(length).fill(length)),
);

Deno.test("flat records do what a map does", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.constantFrom("add", "add", "delete", "change"), hash, key, fc.nat(999)), {
      maxLength: 200,
    }),
    (steps) => {
      const records = new FlatRecords(PLENTY);
      const model = new Map<number, string>();
      const keys = new Map<number, Uint8Array>();
      for (const [what, hash, key, rsn] of steps) {
        const slot = records.find(hash);
        assert.equal(slot !== 0, model.has(hash));
        if (what === "delete") {
          if (slot !== 0) records.delete(slot);
          model.delete(hash);
        } else if (slot === 0) {
          assert.notEqual(records.add(hash, key, header(rsn)), 0);
          model.set(hash, `${key.toHex()} ${rsn}`);
          keys.set(hash, key);
        } else {
          assert.equal(records.isKey(slot, keys.get(hash)!), true);
          assert.equal(records.isKey(slot, new Uint8Array([...keys.get(hash)!, 1])), false);
          records.setHeader(slot, header(rsn));
          assert.deepEqual(records.header(slot), header(rsn));
          model.set(hash, `${keys.get(hash)!.toHex()} ${rsn}`);
        }
        assert.equal(records.size, model.size);
      }
      assert.deepEqual(all(records), model);
    },
  ));
});

Deno.test("of many records each is found, and taking all out, in any order, gives all memory back", () => {
  const count = 20_000;
  const records = new FlatRecords(PLENTY);
  const hashOf = (i: number) => Math.imul(i, 0x9e37_79b1) >>> 0;
  const keyOf = (i: number) => new TextEncoder().encode(`record ${i}`);
  for (let i = 0; i < count; i++) records.add(hashOf(i), keyOf(i), header(i));
  assert.ok(records.bytes < 80 * count, `${records.bytes}`);
  for (let i = 0; i < count; i++) {
    const slot = records.find(hashOf(i));
    assert.deepEqual(records.key(slot), keyOf(i));
    assert.deepEqual(records.header(slot), header(i));
  }
  for (let i = 0; i < count; i += 2) records.delete(records.find(hashOf(i)));
  const left = records.bytes;
  for (let i = 0; i < count; i++) {
    assert.equal(records.find(hashOf(i)) !== 0, i % 2 === 1);
  }
  for (let i = 0; i < count; i += 2) records.add(hashOf(i), keyOf(i), header(i));
  assert.equal(records.bytes, left, "what was free is used again");
  for (const slot of records.slots()) records.delete(slot);
  assert.deepEqual([records.size, records.bytes], [0, 0]);
  assert.notEqual(records.add(1, keyOf(1), header(1)), 0);
});

Deno.test("beyond a limit, in records or in bytes, nothing is added, and nothing is lost", () => {
  const few = new FlatRecords({ records: 2, bytes: 1024 * 1024 });
  const key = new Uint8Array([1]);
  assert.deepEqual([1, 2, 3].map((hash) => few.add(hash, key, header(hash)) !== 0), [
    true,
    true,
    false,
  ]);
  assert.deepEqual([...all(few).keys()], [1, 2]);

  const small = new FlatRecords({ records: 1000, bytes: 30_000 });
  let added = 0;
  while (small.add(added, new Uint8Array(100), header(added)) !== 0) added++;
  assert.ok(added > 50 && added < 200, `${added}`);
  assert.equal(
    small.add(5000, new Uint8Array(9000), header(1)),
    0,
    "nor one in a piece of its own",
  );
  assert.deepEqual([...all(small).keys()], Array.from({ length: added }, (_, i) => i));
  small.delete(small.find(7));
  assert.notEqual(small.add(2000, new Uint8Array(100), header(1)), 0);
});

Deno.test("a large record has its memory to itself, and gives it back at once", () => {
  const records = new FlatRecords(PLENTY);
  records.add(1, new Uint8Array(10), header(1));
  const before = records.bytes;
  for (let round = 0; round < 100; round++) {
    const slot = records.add(2, new Uint8Array(1_000_000).fill(round), header(2));
    assert.equal(records.key(slot).at(-1), round);
    assert.deepEqual([...all(records).keys()].sort(), [1, 2]);
    records.delete(slot);
  }
  assert.equal(records.bytes, before);
});

Deno.test("a record that comes and goes takes the memory that it had", () => {
  const records = new FlatRecords(PLENTY);
  const key = new TextEncoder().encode("file");
  const header = { rsn: 1n, dmaster: 0, flags: 0 };
  const slot = records.add(7, key, header);
  const { bytes } = records;
  records.delete(slot);
  assert.deepEqual([records.size, records.find(7), [...records.slots()]], [0, 0, []]);
  assert.equal(records.add(7, key, header), slot);
  assert.equal(records.bytes, bytes);
  assert.ok(bytes > 0 && bytes <= 4096, `${bytes}`);
});
