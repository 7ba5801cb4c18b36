/**
 * Operations per second of the TDB layer, on files in /dev/shm and in memory.
 *
 *     deno run -A bench/tdb.ts [seconds per measurement]
 *
 * Records are 24 bytes of header and 200 of data under a 24-byte key, as locking.tdb has them.
 */
import { denoSpawner } from "../lib/loop/mod.ts";
import {
  LockHelperClient,
  lockHelperSpawner,
  openMemoryTdb,
  openTdb,
  type Tdb,
} from "../lib/tdb/mod.ts";

const RECORDS = 10_000;
const HASH_SIZE = 100_001;
const BATCH = 1_000;
const duration_ms = 1000 * Number(Deno.args[0] ?? 0.5);

const keys = Array.from({ length: RECORDS }, (_, i) => {
  const key = new Uint8Array(24);
  new DataView(key.buffer).setUint32(8, i);
  return key;
});
const value = new Uint8Array(224).fill(7);

/** One operation on the `i`-th key. */
type Operation = (tdb: Tdb, key: Uint8Array) => unknown;

const OPERATIONS: Record<string, Operation> = {
  "parse": (tdb, key) => tdb.parse(key, (record) => record[16]),
  "fetch": (tdb, key) => tdb.fetch(key),
  "fetch of nothing": (tdb) => tdb.fetch(value),
  "exists": (tdb, key) => tdb.exists(key),
  "store": (tdb, key) => tdb.store(key, value),
  "try lock, unlock": (tdb, key) => {
    tdb.tryChainLock(key);
    tdb.chainUnlock(key);
  },
  "mark, unmark": (tdb, key) => {
    tdb.chainLockMark(key);
    tdb.chainLockUnmark(key);
  },
  "try lock, parse, store, unlock": (tdb, key) => {
    tdb.tryChainLock(key);
    tdb.parse(key, (record) => record[16]);
    tdb.store(key, value);
    tdb.chainUnlock(key);
  },
  "delete, store": (tdb, key) => {
    tdb.delete(key);
    tdb.store(key, value);
  },
  "chainOf": (tdb, key) => tdb.chainOf(key),
};

function report(kind: string, name: string, count: number, elapsed_ms: number): void {
  const each_us = (elapsed_ms * 1000) / count;
  const rate = Math.round((count * 1000) / elapsed_ms);
  const text = `${kind.padEnd(11)} ${name.padEnd(32)} ${String(rate).padStart(9)}/s`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${text} ${each_us.toFixed(2).padStart(9)} us\n`));
}

function measure(kind: string, name: string, run: (i: number) => unknown, batch = BATCH): void {
  for (let i = 0; i < batch; i++) run(i);
  let count = 0;
  const start = performance.now();
  let elapsed_ms: number;
  do {
    for (let i = 0; i < batch; i++) run(count++);
    elapsed_ms = performance.now() - start;
  } while (elapsed_ms < duration_ms);
  report(kind, name, count, elapsed_ms);
}

function measureAll(kind: string, tdb: Tdb): void {
  for (const key of keys) tdb.store(key, value);
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    measure(kind, name, (i) => operation(tdb, keys[i % RECORDS]!));
  }
  measure(kind, "traverseRead, per record", perRecord((n) => tdb.traverseRead(n)), RECORDS);
  measure(kind, "scan of all chains", () => tdb.scan(0, {}, () => {}), 1);
  measure(kind, "transaction of one store", (i) => {
    tdb.transactionStart();
    tdb.store(keys[i % RECORDS]!, value);
    tdb.transactionCommit();
  }, 5);
}

/** Does a whole walk at the first of every {@link RECORDS} calls. */
function perRecord(walk: (visit: () => void) => unknown): (i: number) => void {
  return (i) => {
    if (i % RECORDS === 0) walk(() => {});
  };
}

/** From the request to the helper's answer, with a process that runs already and with a new one. */
async function measureHelpers(path: string, flags: number): Promise<void> {
  const program = new URL("../lib/tdb/lock-helper.ts", import.meta.url).pathname;
  const spawn = lockHelperSpawner(denoSpawner, [Deno.execPath(), "run", "-A", program]);
  const key = keys[0]!;
  const once = (client: LockHelperClient) =>
    new Promise<void>((resolve, reject) => {
      const lock = client.lock({ path, flags, key }, {
        locked: () => {
          lock.release();
          resolve();
        },
        failed: reject,
        lost: reject,
      });
    });
  const idle = async (client: LockHelperClient) => {
    while (client.idleCount === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  for (const [name, count, maxIdle] of [["new", 10, 0], ["idle", 300, 1]] as const) {
    const client = new LockHelperClient({ spawn, defer: queueMicrotask, maxIdle });
    client.prewarm();
    let elapsed_ms = 0;
    for (let i = -1; i < count; i++) {
      const start = performance.now();
      await once(client);
      if (i >= 0) elapsed_ms += performance.now() - start;
      if (maxIdle > 0) await idle(client);
    }
    report("helper", `lock through a helper, ${name}`, count, elapsed_ms);
    client.close();
  }
}

const directory = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "tdb-bench-" });
try {
  for (
    const [kind, flags] of [["mutex", 0x1c41], ["fcntl", 0xc41], ["persistent", 0x400]] as const
  ) {
    const path = `${directory}/${kind}.tdb`;
    const tdb = openTdb(path, { flags, hashSize: HASH_SIZE });
    measureAll(kind, tdb);
    if (kind === "mutex") await measureHelpers(path, flags);
    tdb.close();
  }
  measureAll("memory", openMemoryTdb({ flags: 0x1c41, hashSize: HASH_SIZE }));
} finally {
  Deno.removeSync(directory, { recursive: true });
}
