import type { RecordVisitor } from "./tdb.ts";

/*
 * Creating an FFI callback is costly and each one must be kept alive, so there is one parser and one
 * visitor for the whole process. What they shall call is in a frame; calls nest (a visitor may
 * fetch), so the frames form a stack through `outer`.
 */

/** Values up to this size are parsed in a buffer that is used again and again. */
const SCRATCH_SIZE = 64 * 1024;

/** `int parser(TDB_DATA key, TDB_DATA data, void *private)`; the key's words are not looked at. */
const PARSER = { parameters: ["u8", "u8", "pointer", "u32", "u8"], result: "i32" } as const;
/** `int visit(tdb, TDB_DATA key, TDB_DATA data, void *private)`; other than 0 ends the walk. */
const VISITOR = {
  parameters: ["pointer", "pointer", "u32", "pointer", "u32", "u8"],
  result: "i32",
} as const;

interface ParseFrame {
  readonly read: (value: Uint8Array) => unknown;
  readonly outer: ParseFrame | undefined;
  result: unknown;
  thrown: { error: unknown } | undefined;
}

interface WalkFrame {
  readonly visit: RecordVisitor;
  readonly outer: WalkFrame | undefined;
  visited: number;
  stopped: boolean;
  thrown: { error: unknown } | undefined;
}

/** What a walk came to. */
export interface WalkOutcome {
  readonly status: number;
  readonly visited: number;
  /** The visitor returned `false`. */
  readonly stopped: boolean;
}

/** What a parse came to; `result` is the reader's. */
export interface ParseOutcome {
  readonly status: number;
  readonly result: unknown;
}

const scratch = new Uint8Array(SCRATCH_SIZE);
let parsing: ParseFrame | undefined;
let walking: WalkFrame | undefined;
let parserCallback: Deno.UnsafeCallback<typeof PARSER> | undefined;
let visitorCallback: Deno.UnsafeCallback<typeof VISITOR> | undefined;

function parser(): Deno.PointerObject {
  parserCallback ??= new Deno.UnsafeCallback(
    PARSER,
    (_key, _keySize, data, size) => onParse(data, size),
  );
  return parserCallback.pointer;
}

function onParse(data: Deno.PointerValue, size: number): number {
  const frame = parsing;
  if (frame === undefined) return -1;
  try {
    // A nested parse may not overwrite the view that its caller is reading.
    const reuse = size <= SCRATCH_SIZE && frame.outer === undefined;
    const view = reuse ? scratch.subarray(0, size) : new Uint8Array(size);
    if (data !== null && size > 0) Deno.UnsafePointerView.copyInto(data, view);
    frame.result = frame.read(view);
    return 0;
  } catch (error) {
    frame.thrown = { error };
    return 0;
  }
}

/** Calls `run` with the parser's address while it leads to `read`; rethrows what `read` threw. */
export function withParser(
  read: (value: Uint8Array) => unknown,
  run: (parser: Deno.PointerObject) => number,
): ParseOutcome {
  const frame: ParseFrame = { read, outer: parsing, result: undefined, thrown: undefined };
  parsing = frame;
  let status: number;
  try {
    status = run(parser());
  } finally {
    parsing = frame.outer;
  }
  if (frame.thrown !== undefined) throw frame.thrown.error;
  return { status, result: frame.result };
}

function visitor(): Deno.PointerObject {
  visitorCallback ??= new Deno.UnsafeCallback(
    VISITOR,
    (_tdb, key, keySize, data, dataSize) => onVisit(key, keySize, data, dataSize),
  );
  return visitorCallback.pointer;
}

function onVisit(
  key: Deno.PointerValue,
  keySize: number,
  data: Deno.PointerValue,
  dataSize: number,
): number {
  const frame = walking;
  if (frame === undefined) return 1;
  frame.visited++;
  try {
    frame.stopped = frame.visit(copy(key, keySize), copy(data, dataSize)) === false;
    return frame.stopped ? 1 : 0;
  } catch (error) {
    frame.thrown = { error };
    return 1;
  }
}

/** Calls `run` with the visitor's address while it leads to `visit`; rethrows what `visit` threw. */
export function withVisitor(
  visit: RecordVisitor,
  run: (visitor: Deno.PointerObject) => number,
): WalkOutcome {
  const frame: WalkFrame = {
    visit,
    outer: walking,
    visited: 0,
    stopped: false,
    thrown: undefined,
  };
  walking = frame;
  let status: number;
  try {
    status = run(visitor());
  } finally {
    walking = frame.outer;
  }
  if (frame.thrown !== undefined) throw frame.thrown.error;
  return { status, visited: frame.visited, stopped: frame.stopped };
}

/** Arrays up to this size lie in V8's own heap; a longer one costs a microsecond to allocate. */
const CHEAP_BYTES = 64;
const CHUNK_BYTES = 64 * 1024;
let chunk = new Uint8Array(0);
let chunkUsed = CHUNK_BYTES;

function copy(pointer: Deno.PointerValue, size: number): Uint8Array {
  const bytes = allocate(size);
  if (pointer !== null && size > 0) Deno.UnsafePointerView.copyInto(pointer, bytes);
  return bytes;
}

/** Memory that is used once; what is neither very small nor large shares a chunk. */
function allocate(size: number): Uint8Array<ArrayBuffer> {
  if (size <= CHEAP_BYTES || size > CHUNK_BYTES / 16) return new Uint8Array(size);
  if (chunkUsed + size > CHUNK_BYTES) {
    chunk = new Uint8Array(CHUNK_BYTES);
    chunkUsed = 0;
  }
  chunkUsed += size;
  return chunk.subarray(chunkUsed - size, chunkUsed);
}
