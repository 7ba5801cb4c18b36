import { ByteReader, ByteWriter, decodeText, encodeText } from "../../wire/mod.ts";
import type { DatabaseFile, TraversedRecord, TraverseFilter, WorkOutcome } from "./storage.ts";

/** Bytes in front of every message: its length without them. */
export const LENGTH_SIZE = 4;

/**
 * What the daemon asks a helper process to do. Several buffers belong to one `replace`; `more` asks for
 * the next batch of a traverse.
 */
export type HelperRequest =
  | { readonly kind: "update"; readonly file: DatabaseFile; readonly buffer: Uint8Array }
  | { readonly kind: "replace"; readonly file: DatabaseFile; readonly wipe: boolean }
  | { readonly kind: "buffer"; readonly buffer: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "repack"; readonly file: DatabaseFile; readonly limit: number }
  | { readonly kind: "traverse"; readonly file: DatabaseFile; readonly filter: TraverseFilter }
  | { readonly kind: "more" }
  | { readonly kind: "sync"; readonly file: DatabaseFile };

/** What a helper process answers. */
export type HelperReply =
  | { readonly kind: "done"; readonly outcome: WorkOutcome }
  | { readonly kind: "batch"; readonly records: readonly TraversedRecord[] };

const REQUESTS = [
  "update",
  "replace",
  "buffer",
  "end",
  "repack",
  "traverse",
  "more",
  "sync",
] as const;
const REPLIES = ["done", "batch"] as const;
const CONTENTS = ["any", "data", "empty"] as const;
const ANY_DMASTER = 0xffff_ffff;

/** A request with its length in front. */
export function encodeRequest(request: HelperRequest): Uint8Array {
  return framed((w) => {
    w.u8(REQUESTS.indexOf(request.kind));
    if ("file" in request) writeFile(w, request.file);
    switch (request.kind) {
      case "update":
      case "buffer":
        return writeBlob(w, request.buffer);
      case "replace":
        return w.u8(request.wipe ? 1 : 0);
      case "traverse":
        w.u32(request.filter.dmaster ?? ANY_DMASTER);
        w.u8(CONTENTS.indexOf(request.filter.content));
        return w.u8(request.filter.skipBusy ? 1 : 0);
      case "repack":
        return w.u32(request.limit);
    }
  });
}

/** The request in a message without its length. Throws when it is none. */
export function decodeRequest(message: Uint8Array): HelperRequest {
  const r = new ByteReader(message);
  const kind = REQUESTS[r.u8()];
  switch (kind) {
    case "update":
      return { kind, file: readFile(r), buffer: readBlob(r) };
    case "replace":
      return { kind, file: readFile(r), wipe: r.u8() === 1 };
    case "buffer":
      return { kind, buffer: readBlob(r) };
    case "end":
    case "more":
      return { kind };
    case "repack":
      return { kind, file: readFile(r), limit: r.u32() };
    case "traverse":
      return { kind, file: readFile(r), filter: readFilter(r) };
    case "sync":
      return { kind, file: readFile(r) };
    default:
      throw new TypeError(`decode request to a helper: ${message[0]}`);
  }
}

/** A reply with its length in front. */
export function encodeReply(reply: HelperReply): Uint8Array {
  return framed((w) => {
    w.u8(REPLIES.indexOf(reply.kind));
    if (reply.kind === "done") {
      const { outcome } = reply;
      w.u8(outcome.ok ? 0 : outcome.refused ? 1 : 2);
      writeBlob(w, encodeText(outcome.ok ? "" : outcome.reason));
    } else {
      w.u32(reply.records.length);
      for (const [key, value] of reply.records) {
        writeBlob(w, key);
        writeBlob(w, value);
      }
    }
  });
}

/** The reply in a message without its length. Throws when it is none. */
export function decodeReply(message: Uint8Array): HelperReply {
  const r = new ByteReader(message);
  const kind = REPLIES[r.u8()];
  switch (kind) {
    case "done": {
      const how = r.u8();
      const reason = decodeText(readBlob(r), "lenient");
      return {
        kind,
        outcome: how === 0 ? { ok: true } : { ok: false, refused: how === 1, reason },
      };
    }
    case "batch": {
      const records: TraversedRecord[] = [];
      const count = r.u32();
      for (let i = 0; i < count; i++) records.push([readBlob(r), readBlob(r)]);
      return { kind, records };
    }
    default:
      throw new TypeError(`decode reply of a helper: ${message[0]}`);
  }
}

/** Cuts a stream of chunks into messages, without their lengths. */
export class MessageSplitter {
  #rest: Uint8Array = new Uint8Array(0);

  /** The messages that `chunk` completes. */
  push(chunk: Uint8Array): Uint8Array[] {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    const messages: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= LENGTH_SIZE) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
      const end = at + LENGTH_SIZE + length;
      if (end > bytes.length) break;
      messages.push(bytes.subarray(at + LENGTH_SIZE, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return messages;
  }
}

function framed(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter();
  w.zeros(LENGTH_SIZE);
  write(w);
  w.patchU32(0, w.offset - LENGTH_SIZE);
  return w.finish();
}

function writeFile(w: ByteWriter, { path, flags }: DatabaseFile): void {
  writeBlob(w, encodeText(path));
  w.u32(flags);
}

function readFile(r: ByteReader): DatabaseFile {
  return { path: decodeText(readBlob(r), "strict"), flags: r.u32() };
}

function readFilter(r: ByteReader): TraverseFilter {
  const dmaster = r.u32();
  const content = CONTENTS[r.u8()];
  if (content === undefined) throw new TypeError("decode filter of a traverse: content");
  const skipBusy = r.u8() === 1;
  return dmaster === ANY_DMASTER ? { content, skipBusy } : { dmaster, content, skipBusy };
}

function writeBlob(w: ByteWriter, bytes: Uint8Array): void {
  w.u32(bytes.length);
  w.bytes(bytes);
}

function readBlob(r: ByteReader): Uint8Array {
  return r.bytes(r.u32());
}
