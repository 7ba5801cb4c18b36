import { type Logger, messageOf } from "../base/mod.ts";
import { tdbLibrary } from "./library.ts";
import { formatC } from "./log-format.ts";

/** The words of a log call after the format; more than any line of libtdb needs. */
const WORDS = ["u64", "u64", "u64", "u64", "u64", "u64", "u64", "u64", "u64"] as const;

/** `void log(tdb, level, format, ...)`, with as many words as fit for the dots. */
const LOG_FUNCTION = {
  parameters: ["pointer", "i32", "pointer", ...WORDS],
  result: "void",
} as const;

/** libtdb's log levels; FATAL is 0 and TRACE is 3. */
const TDB_DEBUG_ERROR = 1;
const TDB_DEBUG_WARNING = 2;

const loggers = new Map<bigint, Logger>();
let opening: Logger | undefined;
let seriousLines = 0;
let callback: Deno.UnsafeCallback<typeof LOG_FUNCTION> | undefined;
let context: Uint8Array<ArrayBuffer> | undefined;
let quiet: Uint8Array<ArrayBuffer> | undefined;

const memory = {
  string: (address: bigint) => {
    const pointer = Deno.UnsafePointer.create(address);
    return pointer === null ? "(null)" : Deno.UnsafePointerView.getCString(pointer);
  },
};

/**
 * A `struct tdb_logging_context` whose function feeds the logger of the file that a line is about.
 * There is one callback for all files, made at the first open and kept for the life of the process.
 */
export function loggingContext(): Uint8Array<ArrayBuffer> {
  if (context !== undefined) return context;
  callback = new Deno.UnsafeCallback(
    LOG_FUNCTION,
    (tdb, level, format, ...words) => deliver(tdb, level, format, words),
  );
  return context = contextOf(callback.pointer);
}

/** One whose function does nothing: libtdb then calls nothing of ours. */
export function quietContext(): Uint8Array<ArrayBuffer> {
  return quiet ??= contextOf(tdbLibrary().idle);
}

function contextOf(log: Deno.PointerObject): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(16);
  new DataView(made.buffer).setBigUint64(0, Deno.UnsafePointer.value(log), true);
  return made;
}

/**
 * How many lines about errors libtdb has written. It takes a record that it cannot read for one that
 * is not there, and says so only in its log: who must not believe that compares this number.
 */
export function seriousLineCount(): number {
  return seriousLines;
}

/** Runs `open`, whose lines come from a file that has no known address yet. */
export function logWhileOpening<T>(log: Logger | undefined, open: () => T): T {
  opening = log;
  try {
    return open();
  } finally {
    opening = undefined;
  }
}

/** Sends the lines of `tdb` to `log`. */
export function setTdbLogger(tdb: Deno.PointerObject, log: Logger | undefined): void {
  if (log !== undefined) loggers.set(Deno.UnsafePointer.value(tdb), log);
}

/** Forgets the logger of a file that was closed. */
export function dropTdbLogger(tdb: Deno.PointerObject): void {
  loggers.delete(Deno.UnsafePointer.value(tdb));
}

function deliver(
  tdb: Deno.PointerValue,
  level: number,
  format: Deno.PointerValue,
  words: readonly bigint[],
): void {
  if (level <= TDB_DEBUG_ERROR) seriousLines++;
  const log = loggers.get(Deno.UnsafePointer.value(tdb)) ?? opening;
  if (log === undefined || format === null) return;
  try {
    const text = formatC(Deno.UnsafePointerView.getCString(format), words, memory).trimEnd();
    if (level <= TDB_DEBUG_ERROR) log.error(text);
    else if (level === TDB_DEBUG_WARNING) log.warning(text);
    else log.debug(text);
  } catch (error) {
    // An exception must not unwind through libtdb's frames.
    log.error(`cannot render a line of libtdb: ${messageOf(error)}`);
  }
}
