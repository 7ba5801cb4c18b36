import { libcFunctions } from "../base/mod.ts";
import { TdbLibraryError } from "./errors.ts";
import { openReentrant } from "./reentrant-calls.ts";

/**
 * TDB_DATA travels by value. A 16-byte struct of pointer and size is passed as two integer
 * registers by the calling conventions of x86-64 and AArch64, so it is declared as two arguments.
 *
 * No function is `nonblocking`: that would run it on a thread of a pool, while robust mutexes
 * belong to the thread that locked them.
 */
const DATA = ["buffer", "usize"] as const;
const plain = { parameters: ["pointer"], result: "i32" } as const;
const withKey = { parameters: ["pointer", ...DATA], result: "i32" } as const;
const withFlags = { parameters: ["pointer", "u32"], result: "void" } as const;
const walk = {
  parameters: ["pointer", "function", "pointer"],
  result: "i32",
} as const;
const list = { parameters: ["pointer", "i32", "i32"], result: "i32" } as const;

const TDB_SYMBOLS = {
  tdb_open_ex: {
    parameters: ["buffer", "i32", "i32", "i32", "u32", "buffer", "pointer"],
    result: "pointer",
  },
  tdb_close: plain,
  tdb_error: plain,
  tdb_parse_record: {
    parameters: ["pointer", ...DATA, "function", "pointer"],
    result: "i32",
  },
  tdb_store: { parameters: ["pointer", ...DATA, ...DATA, "i32"], result: "i32" },
  tdb_delete: withKey,
  tdb_exists: withKey,
  tdb_chainlock: withKey,
  tdb_chainlock_nonblock: withKey,
  tdb_chainunlock: withKey,
  tdb_chainlock_read: withKey,
  tdb_chainlock_read_nonblock: withKey,
  tdb_chainunlock_read: withKey,
  tdb_chainlock_mark: withKey,
  tdb_chainlock_unmark: withKey,
  tdb_lockall: plain,
  tdb_lockall_nonblock: plain,
  tdb_unlockall: plain,
  tdb_lockall_read: plain,
  tdb_lockall_read_nonblock: plain,
  tdb_unlockall_read: plain,
  tdb_lockall_mark: plain,
  tdb_lockall_unmark: plain,
  tdb_transaction_write_lock_mark: plain,
  tdb_transaction_write_lock_unmark: plain,
  tdb_lock_nonblock: list,
  tdb_unlock: list,
  tdb_transaction_active: { parameters: ["pointer"], result: "bool" },
  tdb_transaction_start: plain,
  tdb_transaction_start_nonblock: plain,
  tdb_transaction_prepare_commit: plain,
  tdb_transaction_commit: plain,
  tdb_transaction_cancel: plain,
  tdb_traverse: walk,
  tdb_traverse_read: walk,
  tdb_traverse_chain: {
    parameters: ["pointer", "u32", "function", "pointer"],
    result: "i32",
  },
  tdb_get_seqnum: plain,
  tdb_enable_seqnum: { parameters: ["pointer"], result: "void" },
  tdb_increment_seqnum_nonblock: { parameters: ["pointer"], result: "void" },
  tdb_add_flags: withFlags,
  tdb_remove_flags: withFlags,
  tdb_get_flags: { parameters: ["pointer"], result: "i32" },
  tdb_set_max_dead: { parameters: ["pointer", "i32"], result: "void" },
  tdb_hash_size: { parameters: ["pointer"], result: "i32" },
  tdb_map_size: { parameters: ["pointer"], result: "usize" },
  tdb_fd: { parameters: ["pointer"], result: "i32" },
  tdb_repack: plain,
  tdb_wipe_all: plain,
  tdb_freelist_size: plain,
  tdb_check: walk,
  tdb_runtime_check_for_robust_mutexes: { parameters: [], result: "bool" },
  tdb_set_logging_function: { parameters: ["pointer", "buffer"], result: "void" },
  // The same functions, for calls while the log goes nowhere.
  quiet_store: {
    name: "tdb_store",
    parameters: ["pointer", ...DATA, ...DATA, "i32"],
    result: "i32",
  },
  quiet_delete: { name: "tdb_delete", ...withKey },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * Functions that may be called fast. All others call a parser or visitor of ours, or libtdb's log
 * function, which is ours too; these only lock, and log nothing but misuse, or are called while the
 * log function is libc's (`quietContext` of `native-log.ts`).
 */
const LEAVES: ReadonlySet<keyof typeof TDB_SYMBOLS> = new Set([
  "tdb_error",
  "tdb_chainlock_nonblock",
  "tdb_chainunlock",
  "tdb_chainlock_read_nonblock",
  "tdb_chainunlock_read",
  "tdb_chainlock_mark",
  "tdb_chainlock_unmark",
  "tdb_lock_nonblock",
  "tdb_unlock",
  "tdb_transaction_active",
  "tdb_get_seqnum",
  "tdb_get_flags",
  "tdb_hash_size",
  "tdb_map_size",
  "tdb_set_logging_function",
  "quiet_store",
  "quiet_delete",
]);

const tdbLibc = libcFunctions({
  __errno_location: { parameters: [], result: "pointer" },
  sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  gettid: { parameters: [], result: "i32" },
  madvise: { parameters: ["usize", "usize", "i32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },
});

/** libtdb's functions under their own names. */
export type TdbSymbols = Deno.DynamicLibrary<typeof TDB_SYMBOLS>["symbols"];

/** The loaded libraries. */
export interface TdbLibrary {
  readonly tdb: TdbSymbols;
  readonly libc: ReturnType<typeof tdbLibc>;
  /** The address of a function that does nothing, whatever it is called with. */
  readonly idle: Deno.PointerObject;
  /** This thread's `errno` in its only element: cleared before a call, it says why the call failed. */
  readonly errno: Int32Array;
}

const INSTALL = "install it with `apt-get install libtdb1` or `dnf install libtdb`";

const SIGCHLD = 17;
/** Room for a `struct sigaction`, which takes 152 bytes in glibc. */
const SIGACTION_SIZE = 256;

let loaded: TdbLibrary | undefined;
let mutexes: boolean | undefined;

/**
 * libtdb and libc, loaded at the first call.
 * @throws {TdbLibraryError} when libtdb.so.1 is not installed or too old.
 */
export function tdbLibrary(): TdbLibrary {
  return loaded ??= load();
}

function load(): TdbLibrary {
  const tdb = orAdvise(
    "libtdb.so.1",
    (file) => openReentrant(file, TDB_SYMBOLS, LEAVES),
    INSTALL,
  );
  const libc = orAdvise("libc.so.6", tdbLibc, "glibc is needed");
  const location = libc.__errno_location();
  const { __errno_location: idle } = orAdvise("libc.so.6", addresses, "glibc is needed").symbols;
  if (location === null || idle === null) {
    throw new TdbLibraryError("find errno: libc gave a null pointer");
  }
  const errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
  return { tdb, libc, idle, errno };
}

/** Where a function of libc lies that takes nothing and changes nothing. */
function addresses(file: string) {
  return Deno.dlopen(file, { __errno_location: { type: "pointer" } });
}

function orAdvise<T>(file: string, open: (file: string) => T, advice: string): T {
  try {
    return open(file);
  } catch (cause) {
    throw new TdbLibraryError(`load ${file}: ${advice}`, { cause });
  }
}

/**
 * Whether this system has the robust mutexes that {@link TdbFlag.MUTEX_LOCKING} needs.
 *
 * libtdb finds out by forking a child, which is best done once and early (`records.md` 20, item 4);
 * the answer is kept. libtdb also leaves its own SIGCHLD handler behind, which would be called even
 * after the library was unloaded: the handler from before is put back.
 */
export function mutexesSupported(): boolean {
  return mutexes ??= probeMutexes(tdbLibrary());
}

function probeMutexes({ tdb, libc }: TdbLibrary): boolean {
  const handler = new Uint8Array(SIGACTION_SIZE);
  libc.sigaction(SIGCHLD, null, handler);
  try {
    return tdb.tdb_runtime_check_for_robust_mutexes();
  } finally {
    libc.sigaction(SIGCHLD, handler, null);
  }
}
