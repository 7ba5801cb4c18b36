import { messageOf } from "../base/mod.ts";
import { TdbError } from "./errors.ts";
import { chainOf } from "./hash.ts";
import { readFileHeader } from "./file-header.ts";
import { TdbFlag } from "./flags.ts";
import { MutexArea } from "./mutex-area.ts";
import { readingFile } from "./open-files.ts";
import { deviceText, parseProcLocks } from "./proc-locks.ts";

/** A process that has a lock of a TDB. */
export interface LockHolder {
  readonly pid: number;
  /** The program's name; absent when the process cannot be looked at. */
  readonly program?: string;
  /** How it locked: a byte range or a mutex. */
  readonly by: "FCNTL" | "MUTEX";
  /** One chain, or all of them. */
  readonly scope: "chain" | "all";
  /** The chain; absent for `all`. */
  readonly chain?: number;
}

/** Byte offsets of locks in the file. */
const CHAIN_LOCKS_AT = 168;
const CHAIN_LOCK_STEP = 4;

/**
 * Processes that hold the chain of `key` (absent: any chain or all of them) in the TDB at `path`,
 * for the log line about a lock that is not granted.
 *
 * It is a look from outside, without any lock: an answer may be out of date. It opens nothing that
 * this process has open. Byte ranges come from `/proc/locks`, mutexes from their owner words.
 * @throws when the file cannot be read or is not a TDB.
 */
export function findLockHolders(path: string, key?: Uint8Array): LockHolder[] {
  return readingFile(path, (read) => {
    const header = readFileHeader(read);
    if (header === undefined) throw new TdbError("look at header of", path, "CORRUPT");
    const flags = header.jenkins ? TdbFlag.INCOMPATIBLE_HASH : 0;
    const chain = key === undefined ? undefined : chainOf(key, header.hashSize, flags);
    const mutexes = header.mutexes ? mutexHolders(MutexArea.of(read), header.hashSize, chain) : [];
    return [...mutexes, ...rangeHolders(path, header.hashSize, chain)];
  });
}

/** What a TDB's own words say about the lock of a chain. */
export interface ChainOwners {
  readonly chain: number;
  /** Chains of this file are locked by mutexes, and not by byte ranges alone. */
  readonly mutexes: boolean;
  /** Threads that own the chain's mutex, or the one for all chains. */
  readonly threads: readonly number[];
}

/**
 * The mutex owners of the chain of `key` in the TDB at `path`: a few words are read, and nothing is
 * locked or opened that this process has open. Undefined when the file is not a known TDB.
 */
export function chainOwners(path: string, key: Uint8Array): ChainOwners | undefined {
  return readingFile(path, (read) => {
    const header = readFileHeader(read);
    if (header === undefined) return undefined;
    const flags = header.jenkins ? TdbFlag.INCOMPATIBLE_HASH : 0;
    const chain = chainOf(key, header.hashSize, flags);
    const area = header.mutexes ? MutexArea.of(read) : undefined;
    const owners = area === undefined ? [] : [area.allOwner(), area.chainOwner(chain)];
    return { chain, mutexes: header.mutexes, threads: owners.filter((owner) => owner !== 0) };
  });
}

/** The process and program of a thread: by its own id when it has gone, or is hidden. */
export function ownerOf(thread: number): { readonly pid: number; readonly program?: string } {
  const { pid, program } = holder(processOf(thread), "MUTEX", undefined);
  return { pid, ...(program === undefined ? {} : { program }) };
}

/** {@link findLockHolders} as a text for people, such as `smbd (pid 123)`; never throws. */
export function describeLockHolders(path: string, key?: Uint8Array): string {
  try {
    const holders = findLockHolders(path, key);
    const texts = new Set(holders.map((holder) => {
      const what = holder.scope === "all" ? "all chains" : `chain ${holder.chain}`;
      return `${holder.program ?? "unknown program"} (pid ${holder.pid}) has ${what}`;
    }));
    return texts.size === 0 ? "holder not visible" : [...texts].join(", ");
  } catch (error) {
    return `holder not known: ${messageOf(error)}`;
  }
}

function mutexHolders(
  area: MutexArea | undefined,
  hashSize: number,
  chain: number | undefined,
): LockHolder[] {
  if (area === undefined) return [];
  const holders: LockHolder[] = [];
  const all = area.allOwner();
  if (all !== 0) holders.push(holder(processOf(all), "MUTEX", undefined));
  const owners = chain === undefined
    ? area.owners(hashSize).filter((owned) => owned.chain >= 0)
    : [{ chain, owner: area.chainOwner(chain) }];
  for (const owned of owners) {
    if (owned.owner !== 0) holders.push(holder(processOf(owned.owner), "MUTEX", owned.chain));
  }
  return holders;
}

function rangeHolders(path: string, hashSize: number, chain: number | undefined): LockHolder[] {
  const { dev, ino } = Deno.statSync(path);
  const first = CHAIN_LOCKS_AT + CHAIN_LOCK_STEP * (chain ?? 0);
  // Where the file has mutexes, the lock over all chains starts behind the last chain's byte.
  const last = CHAIN_LOCKS_AT + CHAIN_LOCK_STEP * (chain ?? hashSize);
  const onFile = parseProcLocks(Deno.readTextFileSync("/proc/locks"))
    .filter((lock) => !lock.waiting && lock.inode === String(ino));
  // Some file systems (btrfs, overlay) show another device to stat than the kernel knows.
  const exact = onFile.filter((lock) => lock.device === deviceText(dev));
  return (exact.length > 0 ? exact : onFile)
    .filter((lock) =>
      lock.end === Infinity ? lock.start >= CHAIN_LOCKS_AT : lock.end >= first && lock.start <= last
    )
    .map((lock) =>
      holder(
        lock.pid,
        "FCNTL",
        lock.end === Infinity ? undefined : (lock.start - CHAIN_LOCKS_AT) / CHAIN_LOCK_STEP,
      )
    );
}

function holder(pid: number, by: "FCNTL" | "MUTEX", chain: number | undefined): LockHolder {
  const program = programName(pid);
  return {
    pid,
    by,
    ...(program === undefined ? {} : { program }),
    ...(chain === undefined ? { scope: "all" } : { scope: "chain", chain }),
  };
}

function programName(pid: number): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
  } catch {
    return undefined; // Gone meanwhile, or hidden from us.
  }
}

/** The process of a thread; the thread's own id when it has gone. */
function processOf(thread: number): number {
  try {
    const group = /^Tgid:\s+(\d+)$/m.exec(Deno.readTextFileSync(`/proc/${thread}/status`));
    return group === null ? thread : Number(group[1]);
  } catch {
    return thread;
  }
}
