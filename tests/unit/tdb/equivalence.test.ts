import assert from "node:assert/strict";
import fc from "fast-check";
import { openMemoryTdb, openTdb, type Tdb, TdbError } from "../../../lib/tdb/mod.ts";

/* Whatever one handle is told to do, file and memory answer the same. */

type Step = readonly [name: string, run: (tdb: Tdb) => unknown];

const key = fc.uint8Array({ maxLength: 2, max: 2 });
const value = fc.uint8Array({ maxLength: 40 });

function content(tdb: Tdb): string[] {
  const found: string[] = [];
  tdb.traverseRead((key, value) => {
    found.push(`${key.toHex()}=${value.toHex()}`);
  });
  return found.sort();
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(key, value, fc.constantFrom("replace", "insert", "modify")) },
  { weight: 10, arbitrary: fc.tuple(key, fc.nat(10)) },
  { weight: 4, arbitrary: fc.nat(11) },
).map((made): Step => {
  if (typeof made === "number") return plainStep(made);
  if (made.length === 3) {
    const [k, v, mode] = made;
    return [`store ${k} ${mode}`, (tdb) => tdb.store(k, v, mode)];
  }
  return keyStep(...made);
});

function keyStep(key: Uint8Array, which: number): Step {
  const steps: Step[] = [
    ["fetch", (tdb) => tdb.fetch(key)],
    ["delete", (tdb) => tdb.delete(key)],
    ["exists", (tdb) => tdb.exists(key)],
    ["chainOf", (tdb) => tdb.chainOf(key)],
    ["chainLock", (tdb) => tdb.tryChainLock(key)],
    ["chainUnlock", (tdb) => tdb.chainUnlock(key)],
    ["mark", (tdb) => between(() => tdb.chainLockMark(key), () => tdb.chainLockUnmark(key), tdb)],
    ["mark all", (tdb) => between(() => tdb.lockAllMark(), () => tdb.lockAllUnmark(), tdb)],
    ["traverseChain", (tdb) => tdb.traverseChain(tdb.chainOf(key), () => {})],
    ["delete in traverse", (tdb) => tdb.traverse((k) => void tdb.delete(k))],
    ["fetch again", (tdb) => tdb.fetch(key)],
  ];
  const [name, run] = steps[which]!;
  return [`${name} ${key}`, run];
}

/**
 * Steps whose answer libtdb leaves open: a prepared transaction takes a value that is there already
 * or not (by whether it counts changes), prepared twice it is given up (`cases.ts`), and one that
 * is given up leaves room in the file that libtdb's own check refuses.
 */
function isUndefined(steps: readonly Step[], at: number): boolean {
  const names = steps.slice(0, at).map(([name]) => name);
  const prepared = names.lastIndexOf("transactionPrepareCommit");
  if (prepared < 0) return false;
  const ended = Math.max(
    ...["transactionCommit", "transactionCancel"].map((n) => names.lastIndexOf(n)),
  );
  const [name] = steps[at]!;
  if (name === "check") return true;
  return prepared > ended && (name.startsWith("store") || name === "transactionPrepareCommit");
}

/** Marks are for those who pair them; what a wrong unlock does is not defined. */
function between(mark: () => void, unmark: () => void, tdb: Tdb): unknown {
  mark();
  try {
    return [content(tdb), tdb.scan(0, {}, () => {})];
  } finally {
    unmark();
  }
}

function plainStep(which: number): Step {
  const steps: Step[] = [
    ["content", content],
    ["transactionStart", (tdb) => tdb.tryTransactionStart()],
    ["transactionPrepareCommit", (tdb) => tdb.transactionPrepareCommit()],
    ["transactionCommit", (tdb) => tdb.transactionCommit()],
    ["transactionCancel", (tdb) => tdb.transactionCancel()],
    ["inTransaction", (tdb) => tdb.inTransaction],
    // A record that has to move in the file counts twice, so only "changed" is comparable.
    ["seqnum", (tdb) => tdb.seqnum() > 0],
    ["enableSeqnum", (tdb) => tdb.enableSeqnum()],
    ["wipe", (tdb) => tdb.wipe()],
    ["scan", (tdb) => tdb.scan(0, { records: 3 }, () => {})],
    ["transactionStart", (tdb) => tdb.tryTransactionStart()],
    ["check", (tdb) => tdb.check()],
  ];
  return steps[which]!;
}

function outcome(tdb: Tdb, [, run]: Step): unknown {
  try {
    return run(tdb);
  } catch (error) {
    assert.ok(error instanceof TdbError, String(error));
    return error.code;
  }
}

for (const [kind, flags] of Object.entries({ mutex: 0x1c41, fcntl: 0xc41, persistent: 0x440 })) {
  Deno.test(`file and memory agree on any sequence of calls, ${kind}`, () => {
    const directory = Deno.makeTempDirSync({ prefix: "tdb-test-" });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const file = openTdb(`${directory}/x.tdb`, { flags, hashSize: 3 });
        const memory = openMemoryTdb({ flags, hashSize: 3 });
        try {
          for (const [i, step] of steps.entries()) {
            if (isUndefined(steps, i)) continue;
            const trail = () => steps.slice(0, i + 1).map(([name]) => name).join("; ");
            assert.deepEqual(outcome(memory, step), outcome(file, step), trail());
          }
        } finally {
          file.close();
          memory.close();
          Deno.removeSync(`${directory}/x.tdb`);
        }
      }),
      { numRuns: 200 },
    );
    Deno.removeSync(directory);
  });
}
