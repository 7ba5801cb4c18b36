import { WireError } from "./errors.ts";
import { CTDB_MAGIC, CTDB_VERSION } from "./numbers.ts";
import type { PacketHeader } from "./packet.ts";

/** Size of the common header in bytes. */
export const HEADER_SIZE = 32;

/** The common header as it came (wire.md 2.5). */
export interface FrameHeader extends PacketHeader {
  readonly length: number;
  readonly operation: number;
}

/**
 * The header of a whole frame.
 *
 * Throws {@link WireError} with code `truncated` (less than a header), `magic`, `version`, or
 * `length` (the frame is not as long as it says).
 */
export function readHeader(frame: Uint8Array): FrameHeader {
  const view = checkedView(frame);
  return {
    length: frame.byteLength,
    generation: view.getUint32(12, true),
    operation: view.getUint32(16, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
  };
}

/** A view of a frame whose length, magic and version are right; see {@link readHeader}. */
export function checkedView(frame: Uint8Array): DataView {
  const size = frame.byteLength;
  if (size < HEADER_SIZE) throw new WireError("truncated", `read header from ${size} bytes`);
  const view = new DataView(frame.buffer, frame.byteOffset, size);
  const magic = view.getUint32(4, true);
  if (magic !== CTDB_MAGIC) throw new WireError("magic", `read header, magic: ${hex(magic)}`);
  const version = view.getUint32(8, true);
  if (version !== CTDB_VERSION) throw new WireError("version", `read header, version: ${version}`);
  const length = view.getUint32(0, true);
  if (length !== size) {
    throw new WireError("length", `read header of a frame of ${size} bytes, length: ${length}`);
  }
  return view;
}

/** Fields of a frame's header that can be rewritten where it lies. */
export type HeaderPatch = Partial<PacketHeader>;

/**
 * Rewrites header fields of a whole frame in place, so that it can be sent on without decoding.
 * The bytes change for everyone who holds a view of them.
 */
export function patchHeader(frame: Uint8Array, patch: HeaderPatch): void {
  if (patch.generation !== undefined) putU32(frame, 12, patch.generation);
  if (patch.destnode !== undefined) putU32(frame, 20, patch.destnode);
  if (patch.srcnode !== undefined) putU32(frame, 24, patch.srcnode);
  if (patch.reqid !== undefined) putU32(frame, 28, patch.reqid);
}

/** Sends a frame elsewhere: rewrites its destination in place. */
export function patchDestination(frame: Uint8Array, destnode: number): void {
  putU32(frame, 20, destnode);
}

/** A REQ_CALL is redirected: rewrites destination and hop count in place, nothing else (3.1). */
export function patchRedirect(frame: Uint8Array, destnode: number, hopcount: number): void {
  putU32(frame, 20, destnode);
  putU32(frame, 44, hopcount);
}

/** A copy of a frame for another node: one of those that a broadcast turns into. */
export function copyForDestination(frame: Uint8Array, destnode: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(frame);
  putU32(copy, 20, destnode);
  return copy;
}

function putU32(frame: Uint8Array, offset: number, value: number): void {
  if (frame.byteLength < offset + 4) {
    throw new WireError("truncated", `patch frame of ${frame.byteLength} bytes at ${offset}`);
  }
  if (value >>> 0 !== value) throw new WireError("value", `patch frame: ${value}`);
  frame[offset] = value;
  frame[offset + 1] = value >>> 8;
  frame[offset + 2] = value >>> 16;
  frame[offset + 3] = value >>> 24;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
