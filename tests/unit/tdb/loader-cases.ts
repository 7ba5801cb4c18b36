import assert from "node:assert/strict";
import type { PlacedRecord, Tdb } from "../../../lib/tdb/mod.ts";
import { bytes } from "./support.ts";

/** Lengths of values: what is carved, what gets room of its own, and the edges between. */
const LENGTHS = [0, 1, 2, 3, 4, 24, 100, 131, 400, 511, 512, 513, 4000, 9000, 70_000];

/** A record as it lies in a buffer, with others before and behind it. */
function placed(key: string, value: Uint8Array): PlacedRecord {
  const name = bytes(key);
  const buffer = new Uint8Array(7 + name.length + value.length + 5).fill(0xee);
  buffer.set(name, 7);
  buffer.set(value, 7 + name.length);
  return {
    bytes: buffer,
    key: 7,
    data: 7 + name.length,
    end: 7 + name.length + value.length,
  };
}

function valueOf(i: number): Uint8Array {
  return new Uint8Array(LENGTHS[i % LENGTHS.length]!).fill(i);
}

function content(tdb: Tdb): Map<string, string> {
  const found = new Map<string, string>();
  tdb.traverseRead((key, value) => void found.set(new TextDecoder().decode(key), value.toHex()));
  return found;
}

/** Loads `count` records as a recovery does, in two parts, and returns what shall be there. */
function load(tdb: Tdb, count: number, from = 0): Map<string, string> {
  const expected = new Map<string, string>();
  for (let part = 0; part < 2; part++) {
    const loader = tdb.loader(count * 5000);
    for (let i = part; i < count; i += 2) {
      const value = valueOf(from + i);
      loader.store(placed(`key ${i}`, value));
      expected.set(`key ${i}`, value.toHex());
    }
    loader.finish();
  }
  return expected;
}

/** What every {@link Tdb} does with many records at once. */
export const LOADER_CASES: Record<string, (tdb: Tdb) => void> = {
  "a loader stores records of all sizes into a file that was wiped": (tdb) => {
    for (let i = 0; i < 500; i++) tdb.store(bytes(`old ${i}`), valueOf(i));
    tdb.lockAll();
    tdb.wipe();
    const expected = load(tdb, 1000);
    tdb.unlockAll();
    assert.deepEqual(content(tdb), expected);
    assert.equal(tdb.check(), true);
  },
  "a loader replaces what is there, smaller and larger, and leaves the rest": (tdb) => {
    tdb.store(bytes("rest"), bytes("stays"));
    tdb.lockAll();
    load(tdb, 400);
    const expected = load(tdb, 400, 7);
    tdb.unlockAll();
    expected.set("rest", bytes("stays").toHex());
    assert.deepEqual(content(tdb), expected);
    assert.equal(tdb.check(), true);
  },
  "what a loader stored grows, shrinks and is deleted as any other": (tdb) => {
    tdb.lockAll();
    const expected = load(tdb, 300);
    tdb.unlockAll();
    for (let i = 0; i < 300; i++) {
      if (i % 3 === 0) {
        tdb.delete(bytes(`key ${i}`));
        expected.delete(`key ${i}`);
      } else {
        const value = valueOf(i + (i % 3));
        tdb.store(bytes(`key ${i}`), value);
        expected.set(`key ${i}`, value.toHex());
      }
    }
    assert.deepEqual(content(tdb), expected);
    assert.equal(tdb.check(), true);
  },
  "a loader that was cut short leaves a sound file": (tdb) => {
    tdb.lockAll();
    const loader = tdb.loader(1_000_000);
    for (let i = 0; i < 50; i++) loader.store(placed(`key ${i}`, valueOf(5)));
    tdb.unlockAll();
    assert.equal(tdb.check(), true);
    for (let i = 0; i < 50; i++) assert.deepEqual(tdb.fetch(bytes(`key ${i}`)), valueOf(5));
  },
  "a loader is right without the lock over all chains, too": (tdb) => {
    const expected = load(tdb, 100);
    assert.deepEqual(content(tdb), expected);
    assert.equal(tdb.check(), true);
  },
};
