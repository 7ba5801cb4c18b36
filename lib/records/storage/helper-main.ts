import { messageOf } from "../../base/mod.ts";
import { openTdb, type Tdb, TdbOpenFlag } from "../../tdb/mod.ts";
import { replaceRecords, updateRecords, UpdateRefusedError, wanted } from "../commit/file-work.ts";
import { helperFlags } from "./database-flags.ts";
import {
  decodeRequest,
  encodeReply,
  type HelperReply,
  type HelperRequest,
  LENGTH_SIZE,
  type TraversedRecord,
} from "./helper-protocol.ts";
import type { DatabaseFile, TraverseFilter, WorkOutcome } from "./storage.ts";

/** A traverse sends what it has when it is this much. */
const BATCH_BYTES = 64 * 1024;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const EXIT_ORPHAN = 1;

/** Where a helper reads requests from and writes replies to: standard input and output. */
export interface HelperPipe {
  /** Fills `bytes`; `false` at the end of the input. Blocks. */
  readFull(bytes: Uint8Array): boolean;
  write(bytes: Uint8Array): void;
}

/**
 * The helper process of the records layer: does, one after the other, what would block the daemon.
 * Everything here is synchronous, as nothing else happens in the process. Returns when the daemon has
 * closed the pipe.
 */
export function runRecordsHelper(pipe: HelperPipe): void {
  const helper = new Helper(pipe);
  for (let request = helper.next(); request !== undefined; request = helper.next()) {
    helper.serve(request);
  }
}

/** The real pipe. */
export function standardPipe(): HelperPipe {
  return {
    readFull(bytes) {
      let at = 0;
      while (at < bytes.length) {
        const count = Deno.stdin.readSync(bytes.subarray(at));
        if (count === null) return false;
        at += count;
      }
      return true;
    },
    write(bytes) {
      let rest = bytes;
      while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
    },
  };
}

/**
 * Has the kernel kill this process when the daemon dies, also while it waits for a lock and cannot
 * see that its input has ended. A helper that outlived its daemon would make the next one find files
 * in use (`records.md` 1.6).
 */
export function dieWithParent(parentPid: number): void {
  const libc = Deno.dlopen("libc.so.6", {
    prctl: { parameters: ["i32", "u64"], result: "i32" },
  });
  libc.symbols.prctl(PR_SET_PDEATHSIG, BigInt(SIGKILL));
  libc.close();
  if (Deno.ppid !== parentPid) Deno.exit(EXIT_ORPHAN);
}

class Helper {
  readonly #pipe: HelperPipe;
  #ended = false;

  constructor(pipe: HelperPipe) {
    this.#pipe = pipe;
  }

  next(): HelperRequest | undefined {
    const head = new Uint8Array(LENGTH_SIZE);
    if (this.#ended || !this.#pipe.readFull(head)) return this.#end();
    const message = new Uint8Array(new DataView(head.buffer).getUint32(0, true));
    if (!this.#pipe.readFull(message)) return this.#end();
    return decodeRequest(message);
  }

  serve(request: HelperRequest): void {
    switch (request.kind) {
      case "update":
        return this.#work(request.file, (tdb) => updateRecords(tdb, request.buffer));
      case "replace":
        return this.#work(request.file, (tdb) => {
          replaceRecords(tdb, request.wipe, this.#buffers());
        });
      case "repack":
        return this.#work(request.file, (tdb) => tdb.repack());
      case "traverse":
        return this.#work(request.file, (tdb) => this.#traverse(tdb, request.filter));
      case "buffer":
      case "end":
        return; // What is left of a `replace` that failed in the middle.
    }
  }

  #end(): undefined {
    this.#ended = true;
    return undefined;
  }

  #send(reply: HelperReply): void {
    this.#pipe.write(encodeReply(reply));
  }

  #work(file: DatabaseFile, action: (tdb: Tdb) => void): void {
    let outcome: WorkOutcome = { ok: true };
    try {
      const tdb = open(file);
      try {
        action(tdb);
      } finally {
        tdb.close();
      }
    } catch (error) {
      const refused = error instanceof UpdateRefusedError;
      outcome = { ok: false, refused, reason: messageOf(error) };
    }
    if (!this.#ended) this.#send({ kind: "done", outcome });
  }

  /** The buffers of a `replace`, read as they are stored; without an `end` there is no commit. */
  *#buffers(): Generator<Uint8Array, void> {
    for (let request = this.next(); request !== undefined; request = this.next()) {
      if (request.kind === "end") return;
      if (request.kind !== "buffer") throw new TypeError(`replace records, got: ${request.kind}`);
      yield request.buffer;
    }
    throw new TypeError("replace records: the daemon has gone");
  }

  #traverse(tdb: Tdb, filter: TraverseFilter): void {
    let records: TraversedRecord[] = [];
    let size = 0;
    tdb.traverseRead((key, value) => {
      if (!wanted(value, filter)) return;
      records.push([key, value]);
      size += key.length + value.length;
      if (size < BATCH_BYTES) return;
      this.#send({ kind: "batch", records });
      records = [];
      size = 0;
    });
    if (records.length > 0) this.#send({ kind: "batch", records });
  }
}

function open({ path, flags }: DatabaseFile): Tdb {
  return openTdb(path, { flags: helperFlags(flags), openFlags: TdbOpenFlag.RDWR });
}
