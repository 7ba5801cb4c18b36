import type { LockWait, LockWaits } from "../../records/mod.ts";
import { MAX_SHOWN_LOCKS } from "../../limits/mod.ts";
import { deviceText, ownerOf, parseProcLocks, type ProcLock } from "../../tdb/mod.ts";
import type { DatabaseName } from "./clients.ts";
import { keyDocument } from "./databases.ts";
import { programName } from "./programs.ts";

/** Offsets in a database file: one byte for each chain, behind the lock over all of them. */
const CHAIN_LOCKS_AT = 168;
const CHAIN_LOCK_STEP = 4;

/** A lock of a database's file, as the kernel shows it. */
interface FileLock {
  readonly dbId: number;
  readonly database: string;
  readonly lock: ProcLock;
  /** Who has what this one waits for; null for a lock that is held. */
  readonly waitsFor: number | null;
}

/**
 * `GET /v1/locks`: who waits for whom. Byte-range locks are the kernel's list of them. Of mutexes only
 * their owners can be seen, and only by who has the file open: the core tells those of the records
 * that this node waits for.
 */
export async function locksDocument(
  databases: ReadonlyMap<number, DatabaseName>,
  { total, waits }: LockWaits,
): Promise<Record<string, unknown>> {
  const locks = await fileLocks(databases);
  return {
    locks: await Promise.all(
      locks.slice(0, MAX_SHOWN_LOCKS).map(async (one) => ({
        database: one.database,
        type: one.lock.type.toLowerCase(),
        scope: scopeText(one.lock),
        pid: one.lock.pid,
        program: await programName(one.lock.pid),
        waits_for_pid: one.waitsFor,
      })),
    ),
    waits_count: total,
    waits: await Promise.all(waits.map(async (wait) => ({
      database: databases.get(wait.dbId)?.name ?? null,
      scope: wait.key === undefined ? "all chains" : chainText(wait.chain),
      ...(wait.key === undefined ? { key: null, key_hex: null } : keyDocument(wait.key)),
      waited_s: wait.waited_ms === undefined ? null : wait.waited_ms / 1000,
      requests: wait.requests,
      holders: await holdersOf(wait, locks),
    }))),
  };
}

async function fileLocks(databases: ReadonlyMap<number, DatabaseName>): Promise<FileLock[]> {
  const text = await Deno.readTextFile("/proc/locks").catch(() => "");
  const files = await Promise.all([...databases].map(async ([dbId, { name, path }]) => {
    const info = await Deno.stat(path).catch(() => undefined);
    return { dbId, name, inode: String(info?.ino ?? ""), device: deviceText(info?.dev ?? 0) };
  }));
  const found: FileLock[] = [];
  // A lock that is waited for stands before those that wait for it.
  let holder: ProcLock | undefined;
  for (const lock of parseProcLocks(text)) {
    const same = files.filter(({ inode }) => inode !== "" && inode === lock.inode);
    // Some file systems (btrfs, overlay) show another device to stat than the kernel knows.
    const file = same.find(({ device }) => device === lock.device) ?? same[0];
    if (file === undefined) continue;
    if (!lock.waiting) holder = lock;
    const waitsFor = lock.waiting ? holder?.pid ?? null : null;
    found.push({ dbId: file.dbId, database: file.name, lock, waitsFor });
  }
  return found;
}

/** The processes in the way of this node: by mutex, or by a range over the chain. */
async function holdersOf(
  { dbId, chain, ownerThreads }: LockWait,
  locks: readonly FileLock[],
): Promise<Record<string, unknown>[]> {
  const byMutex = ownerThreads.map((thread) => {
    const { pid, program } = ownerOf(thread);
    return { pid, program: program ?? null, by: "mutex" };
  });
  const ranges = locks.filter(({ dbId: of, lock }) =>
    of === dbId && !lock.waiting && covers(lock, chain)
  );
  const pids = new Set(ranges.map(({ lock }) => lock.pid));
  const byRange = await Promise.all(
    [...pids].map(async (pid) => ({ pid, program: await programName(pid), by: "range" })),
  );
  return [...byMutex, ...byRange];
}

/** Whether a lock is in the way of a chain, or of the lock over all chains. */
function covers({ start, end }: ProcLock, chain: number | undefined): boolean {
  if (end === Infinity || chain === undefined) return end >= CHAIN_LOCKS_AT;
  const at = CHAIN_LOCKS_AT + chain * CHAIN_LOCK_STEP;
  return start <= at && at <= end;
}

function chainText(chain: number | undefined): string {
  return chain === undefined ? "a chain" : `chain ${chain}`;
}

function scopeText({ start, end }: ProcLock): string {
  if (end === Infinity) return start >= CHAIN_LOCKS_AT ? "all chains" : `from byte ${start}`;
  if (start < CHAIN_LOCKS_AT) return `byte ${start}`;
  return chainText((start - CHAIN_LOCKS_AT) / CHAIN_LOCK_STEP);
}
