import { collectGarbage, messageOf, trimAllocator } from "../../base/mod.ts";
import { TRAVERSE_BATCH_BYTES, TRAVERSE_BATCH_RECORDS } from "../../limits/mod.ts";
import { openTdb, type Tdb, TdbOpenFlag } from "../../tdb/mod.ts";
import { replaceRecords, updateRecords, UpdateRefusedError } from "../commit/file-work.ts";
import { readChains, repackIfWorthwhile, wanted } from "./scan-work.ts";
import { helperFlags } from "./database-flags.ts";
import {
  decodeRequest,
  encodeReply,
  type HelperReply,
  type HelperRequest,
  LENGTH_SIZE,
} from "./helper-protocol.ts";
import { mayStayOpen, TransactionFile } from "./transaction-file.ts";
import type { DatabaseFile, TraversedRecord, TraverseFilter, WorkOutcome } from "./storage.ts";

/** Chains are read until this many records were seen, before the size of the batch is looked at. */
const SCAN_RECORDS = 64;

/** Passed through the pipe, this much leaves enough behind to be worth collecting. */
const WORTH_COLLECTING_BYTES = 4 << 20;

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
    helper.rest();
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

class Helper {
  readonly #pipe: HelperPipe;
  readonly #updated = new TransactionFile();
  #ended = false;
  /** What has gone through the pipe since the last rest. */
  #passed_bytes = 0;

  constructor(pipe: HelperPipe) {
    this.#pipe = pipe;
  }

  next(): HelperRequest | undefined {
    const head = new Uint8Array(LENGTH_SIZE);
    if (this.#ended || !this.#pipe.readFull(head)) return this.#end();
    const message = new Uint8Array(new DataView(head.buffer).getUint32(0, true));
    if (!this.#pipe.readFull(message)) return this.#end();
    this.#passed_bytes += message.length;
    return decodeRequest(message);
  }

  serve(request: HelperRequest): void {
    switch (request.kind) {
      case "update":
        if (!mayStayOpen(request.file)) {
          return this.#work(request.file, (tdb) => updateRecords(tdb, request.buffer));
        }
        return this.#attempt(() => this.#update(request.file, request.buffer));
      case "replace":
        return this.#work(request.file, (tdb) => {
          replaceRecords(tdb, request.wipe, this.#buffers());
        });
      case "repack":
        return this.#work(request.file, (tdb) => repackIfWorthwhile(tdb, request.limit));
      case "traverse":
        return this.#work(request.file, (tdb) => this.#traverse(tdb, request.filter));
      case "sync":
        return this.#attempt(() => syncToDisk(request.file));
      case "buffer":
      case "end":
      case "more":
        return; // What is left of a `replace` that failed in the middle.
    }
  }

  /** Gives back what large work has left: nothing else happens here that would. */
  rest(): void {
    if (this.#passed_bytes < WORTH_COLLECTING_BYTES) return;
    this.#passed_bytes = 0;
    collectGarbage();
    trimAllocator();
  }

  #end(): undefined {
    this.#ended = true;
    this.#updated.close();
    return undefined;
  }

  #send(reply: HelperReply): void {
    const message = encodeReply(reply);
    this.#passed_bytes += message.length;
    this.#pipe.write(message);
  }

  #update(file: DatabaseFile, buffer: Uint8Array): void {
    const tdb = this.#updated.open(file);
    try {
      updateRecords(tdb, buffer);
    } catch (error) {
      if (!(error instanceof UpdateRefusedError)) this.#updated.close();
      throw error;
    }
  }

  #work({ path, flags }: DatabaseFile, action: (tdb: Tdb) => void): void {
    this.#attempt(() => {
      this.#updated.close();
      const tdb = openTdb(path, { flags: helperFlags(flags), openFlags: TdbOpenFlag.RDWR });
      try {
        action(tdb);
      } finally {
        tdb.close();
      }
    });
  }

  #attempt(action: () => void): void {
    let outcome: WorkOutcome = { ok: true };
    try {
      action();
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

  /** Chain by chain, so that no lock is held while the daemon is busy with a batch. */
  #traverse(tdb: Tdb, filter: TraverseFilter): void {
    const limit = { records: SCAN_RECORDS };
    let records: TraversedRecord[] = [];
    let size = 0;
    const visit = (key: Uint8Array, value: Uint8Array) => {
      if (!wanted(value, filter)) return;
      records.push([key.slice(), value.slice()]);
      size += key.length + value.length;
    };
    let chain: number | undefined = 0;
    while (chain !== undefined) {
      chain = readChains(tdb, chain, limit, filter, visit);
      if (size < TRAVERSE_BATCH_BYTES && records.length < TRAVERSE_BATCH_RECORDS) continue;
      this.#batch(records);
      records = [];
      size = 0;
    }
    if (records.length > 0) this.#batch(records);
  }

  /** Sends a batch; goes on when the daemon wants more. */
  #batch(records: readonly TraversedRecord[]): void {
    this.#send({ kind: "batch", records });
    const request = this.next();
    if (request?.kind !== "more") throw new TypeError("traverse: the daemon has gone");
  }
}

function syncToDisk({ path }: DatabaseFile): void {
  using file = Deno.openSync(path, { read: true, write: true });
  file.syncDataSync();
}
