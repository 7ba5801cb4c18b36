/** A second real process for the tests: runs the calls on one TDB that come in as JSON lines. */
import { openTdb, type Tdb } from "../../../lib/tdb/mod.ts";
import { messageOf } from "../../../lib/base/mod.ts";

const bytes = (hex: unknown) => Uint8Array.fromHex(String(hex));
const hex = (value: Uint8Array | undefined) => value?.toHex() ?? null;
let tdb: Tdb | undefined;

const calls: Record<string, (tdb: Tdb, args: unknown[]) => unknown> = {
  fetch: (t, [key]) => hex(t.fetch(bytes(key))),
  store: (t, [key, value]) => t.store(bytes(key), bytes(value)),
  fetchLocked: (t, [key]) =>
    hex(t.readLocked(bytes(key), (all, start, end) => all.slice(start, end))),
  storeLocked: (t, [key, value]) => t.storeLocked(bytes(key), bytes(value)),
  delete: (t, [key]) => t.delete(bytes(key)),
  chainLock: (t, [key]) => t.chainLock(bytes(key)),
  chainLockRead: (t, [key]) => t.chainLockRead(bytes(key)),
  tryChainLock: (t, [key]) => t.tryChainLock(bytes(key)),
  tryChainLockRead: (t, [key]) => t.tryChainLockRead(bytes(key)),
  chainUnlock: (t, [key]) => t.chainUnlock(bytes(key)),
  tryLockAll: (t) => t.tryLockAll(),
  lockAll: (t) => t.lockAll(),
  unlockAll: (t) => t.unlockAll(),
  tryTransactionStart: (t) => t.tryTransactionStart(),
  transactionCommit: (t) => t.transactionCommit(),
  transactionPrepareCommit: (t) => t.transactionPrepareCommit(),
  transactionCancel: (t) => t.transactionCancel(),
  check: (t) => t.check(),
  count: (t) => t.traverseRead(() => {}),
  close: (t) => t.close(),
};

function run([name, ...args]: [string, ...unknown[]]): unknown {
  if (name === "open") {
    const [path, flags, hashSize] = args;
    tdb = openTdb(String(path), { flags: Number(flags), hashSize: Number(hashSize) });
    return true;
  }
  const call = calls[name];
  if (call === undefined || tdb === undefined) throw new Error(`peer call: ${name}`);
  return call(tdb, args) ?? null;
}

function answer(line: string): string {
  try {
    return JSON.stringify({ value: run(JSON.parse(line)) });
  } catch (error) {
    return JSON.stringify({ error: messageOf(error) });
  }
}

const buffer = new Uint8Array(65536);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let pending = "";
for (;;) {
  const size = Deno.stdin.readSync(buffer);
  if (size === null) break;
  pending += decoder.decode(buffer.subarray(0, size));
  const lines = pending.split("\n");
  pending = lines.pop() ?? "";
  for (const line of lines) Deno.stdout.writeSync(encoder.encode(`${answer(line)}\n`));
}
