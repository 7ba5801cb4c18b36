import { createLogger, dieWithParent, errnoText, messageOf } from "../base/mod.ts";
import { MAX_HELPER_FILES, MAX_HELPER_LINE_CHARACTERS } from "../limits/mod.ts";
import { TdbError } from "./errors.ts";
import {
  decodeLockRequest,
  FAILED,
  LOCKED,
  type LockRequest,
  UNLOCK,
  UNLOCKED,
} from "./helper-protocol.ts";
import { tdbLibrary } from "./library.ts";
import { loggingContext, logWhileOpening } from "./native-log.ts";

/*
 * The lock helper: a process that waits for a lock of a TDB so that the daemon need not, and holds
 * it on the daemon's behalf. Everything here is synchronous and imports little: it must start fast,
 * and it has nothing else to do while it waits.
 */

const USAGE = "usage: ctdb_lock_helper [--parent=PID] [L FLAGS HASHSIZE KEY|-|'*' PATH]";
const O_RDWR = 2;

type Bytes = Uint8Array<ArrayBuffer>;

/** Where lines come from and go to; the process's own stdin and stdout, or a test's. */
export interface HelperIo {
  /** The next line without its end; `undefined` at the end of input. Blocks. */
  readLine(): string | undefined;
  writeLine(line: string): void;
  logError(text: string): void;
}

interface OpenFile {
  readonly handle: Deno.PointerObject;
  readonly identity: string;
  readonly flags: number;
}

/**
 * The whole program `ctdb_lock_helper`. Serves requests from stdin until that ends; with words after
 * the options, they are one request, and after its lock is granted the program waits to be told to
 * end. Returns the exit status.
 */
export function runLockHelper(args: readonly string[], io: HelperIo = processIo()): number {
  const options = parseArguments(args);
  if (options === undefined) {
    io.logError(USAGE);
    return 2;
  }
  if (options.parent !== undefined && !dieWithParent(options.parent)) return 1;
  const helper = new Helper(io);
  try {
    if (options.request === undefined) return helper.serve();
    const reason = helper.lock(options.request);
    if (reason === undefined) return helper.hold();
    io.logError(reason);
    return 1;
  } finally {
    helper.close();
  }
}

interface HelperArguments {
  readonly parent?: number;
  readonly request?: LockRequest;
}

function parseArguments(args: readonly string[]): HelperArguments | undefined {
  const parent = /^--parent=(\d+)$/.exec(args[0] ?? "")?.[1];
  const words = parent === undefined ? args : args.slice(1);
  const parentOption = parent === undefined ? {} : { parent: Number(parent) };
  if (words.length === 0) return parentOption;
  const [path] = words.slice(4);
  if (words.length !== 5 || path === undefined) return undefined;
  const line = [...words.slice(0, 4), JSON.stringify(path)].join(" ");
  const request = decodeLockRequest(line);
  return request === undefined ? undefined : { ...parentOption, request };
}

/** The state of a helper: its open files and what is locked. */
class Helper {
  readonly #io: HelperIo;
  readonly #files = new Map<string, OpenFile>();
  #unlock: (() => void) | undefined;
  #reason = "";
  readonly #log = createLogger((_level, _subsystem, text) => this.#reason = text, () => 1);

  constructor(io: HelperIo) {
    this.#io = io;
  }

  serve(): number {
    for (;;) {
      const line = this.#io.readLine();
      if (line === undefined) return 0;
      if (line === UNLOCK) {
        this.#release();
        this.#io.writeLine(UNLOCKED);
        continue;
      }
      const request = decodeLockRequest(line);
      if (request === undefined) this.#io.writeLine(`${FAILED} not a request`);
      else this.lock(request);
    }
  }

  /** Waits for the end of input. */
  hold(): number {
    let line: string | undefined;
    do line = this.#io.readLine(); while (line !== undefined && line !== UNLOCK);
    return 0;
  }

  /** Takes the lock, however long that takes, and says how it went. Returns why it failed. */
  lock(request: LockRequest): string | undefined {
    try {
      if (this.#unlock !== undefined) throw new TdbError("lock second", request.path, "NESTING");
      this.#unlock = this.#take(request);
      this.#io.writeLine(LOCKED);
      return undefined;
    } catch (error) {
      const text = messageOf(error).replaceAll("\n", " ");
      this.#io.writeLine(`${FAILED} ${text}`);
      return text;
    }
  }

  close(): void {
    this.#release();
    for (const { handle } of this.#files.values()) tdbLibrary().tdb.tdb_close(handle);
    this.#files.clear();
  }

  #release(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }

  #take(request: LockRequest): () => void {
    const { tdb } = tdbLibrary();
    const { handle } = this.#open(request);
    const { key } = request;
    if (key === undefined) {
      if (tdb.tdb_lockall(handle) !== 0) throw this.#error("lock all of", request.path);
      return () => void tdb.tdb_unlockall(handle);
    }
    const pointer = (key.length === 0 ? new Uint8Array(1) : key) as Bytes;
    const size = BigInt(key.length);
    if (tdb.tdb_chainlock(handle, pointer, size) !== 0) {
      throw this.#error("lock chain of", request.path);
    }
    return () => void tdb.tdb_chainunlock(handle, pointer, size);
  }

  /** The open file at the path; opened again if another file has taken its place meanwhile. */
  #open(request: LockRequest): OpenFile {
    const known = this.#files.get(request.path);
    if (known !== undefined) {
      this.#files.delete(request.path);
      if (known.identity === identity(request.path) && known.flags === request.flags) {
        this.#files.set(request.path, known);
        return known;
      }
      tdbLibrary().tdb.tdb_close(known.handle);
    }
    this.#makeRoom();
    const file = this.#openNew(request);
    this.#files.set(request.path, file);
    return file;
  }

  #makeRoom(): void {
    const [oldest] = this.#files;
    if (oldest === undefined || this.#files.size < MAX_HELPER_FILES) return;
    this.#files.delete(oldest[0]);
    tdbLibrary().tdb.tdb_close(oldest[1].handle);
  }

  /** Never creates a file: a lock in a file that the daemon has not got is worth nothing. */
  #openNew({ path, flags, hashSize }: LockRequest): OpenFile {
    const { tdb, errno } = tdbLibrary();
    errno[0] = 0;
    const handle = logWhileOpening(this.#log, () =>
      tdb.tdb_open_ex(
        new TextEncoder().encode(`${path}\0`),
        hashSize ?? 0,
        flags,
        O_RDWR,
        0o600,
        loggingContext(),
        null,
      ));
    if (handle === null) throw this.#error("open", path);
    return { handle, identity: identity(path), flags };
  }

  #error(operation: string, path: string): TdbError {
    const errno = tdbLibrary().errno[0]!;
    const text = this.#reason === "" ? errnoText(errno) : this.#reason;
    this.#reason = "";
    return new TdbError(operation, path, operation === "open" ? "IO" : "LOCK", { errno, text });
  }
}

/** What tells a file from another that took its name; empty when there is none. */
function identity(path: string): string {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}

/** Lines of this process's own stdin and stdout. */
function processIo(): HelperIo {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65536);
  let pending = "";
  const write = (to: { writeSync(bytes: Uint8Array): number }, text: string) => {
    for (let bytes = encoder.encode(`${text}\n`); bytes.length > 0;) {
      bytes = bytes.subarray(to.writeSync(bytes));
    }
  };
  return {
    readLine() {
      for (;;) {
        const end = pending.indexOf("\n");
        if (end >= 0) {
          const line = pending.slice(0, end);
          pending = pending.slice(end + 1);
          return line;
        }
        const size = Deno.stdin.readSync(buffer);
        if (size === null || pending.length > MAX_HELPER_LINE_CHARACTERS) return undefined;
        pending += decoder.decode(buffer.subarray(0, size), { stream: true });
      }
    },
    writeLine: (line) => write(Deno.stdout, line),
    logError: (text) => write(Deno.stderr, `ctdb_lock_helper: ${text}`),
  };
}

if (import.meta.main) Deno.exit(runLockHelper(Deno.args));
