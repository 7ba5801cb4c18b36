import { MAX_SHOWN_LOCKS } from "../../limits/mod.ts";
import { deviceText, parseProcLocks, type ProcLock } from "../../tdb/mod.ts";

/** A database whose file may be locked. */
export interface LockableFile {
  readonly database: string;
  readonly path: string;
}

/** Offsets in a database file: one byte for each chain, behind the lock over all of them. */
const CHAIN_LOCKS_AT = 168;
const CHAIN_LOCK_STEP = 4;

/**
 * `GET /v1/locks`: who waits for whom, by the kernel's list of byte-range locks. Databases with
 * robust mutexes show only the locks over all chains there: mutexes are invisible from outside, and
 * opening the files would drop locks of this process.
 */
export async function locksDocument(
  files: readonly LockableFile[],
): Promise<Record<string, unknown>> {
  const text = await Deno.readTextFile("/proc/locks").catch(() => "");
  const locks = parseProcLocks(text);
  const databases = await Promise.all(files.map(async ({ database, path }) => {
    const info = await Deno.stat(path).catch(() => undefined);
    return { database, inode: String(info?.ino ?? ""), device: deviceText(info?.dev ?? 0) };
  }));
  const rows: Record<string, unknown>[] = [];
  // A lock that is waited for stands before those that wait for it.
  let holder: ProcLock | undefined;
  for (const lock of locks) {
    const found = databases.find(({ inode }) => inode !== "" && inode === lock.inode);
    if (found === undefined) continue;
    if (!lock.waiting) holder = lock;
    if (rows.length >= MAX_SHOWN_LOCKS) break;
    rows.push({
      database: found.database,
      type: lock.type.toLowerCase(),
      scope: scopeText(lock),
      pid: lock.pid,
      program: await programName(lock.pid),
      waits_for_pid: lock.waiting ? holder?.pid ?? null : null,
    });
  }
  return { locks: rows };
}

function scopeText({ start, end }: ProcLock): string {
  if (end === Infinity) return start >= CHAIN_LOCKS_AT ? "all chains" : `from byte ${start}`;
  if (start < CHAIN_LOCKS_AT) return `byte ${start}`;
  return `chain ${(start - CHAIN_LOCKS_AT) / CHAIN_LOCK_STEP}`;
}

async function programName(pid: number): Promise<string | null> {
  return await Deno.readTextFile(`/proc/${pid}/comm`).then((text) => text.trim(), () => null);
}
