import { WireError } from "./errors.ts";
import { putU32, u32At } from "./little-endian.ts";
import { CTDB_MAGIC, CTDB_VERSION } from "./numbers.ts";
import type { PacketHeader } from "./packet.ts";

/** Size of the common header in bytes. */
export const HEADER_SIZE = 32;
/** Where a REQ_CONTROL says which control it is. */
const OPCODE_AT = 32;

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
  checkFrameHeader(frame);
  return {
    length: frame.byteLength,
    generation: u32At(frame, 12),
    operation: u32At(frame, 16),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
  };
}

/** Checks a frame's length, magic and version; throws as {@link readHeader} does. */
export function checkFrameHeader(frame: Uint8Array): void {
  const size = frame.byteLength;
  if (size < HEADER_SIZE) throw new WireError("truncated", `read header from ${size} bytes`);
  const magic = u32At(frame, 4);
  if (magic !== CTDB_MAGIC) throw new WireError("magic", `read header, magic: ${hex(magic)}`);
  const version = u32At(frame, 8);
  if (version !== CTDB_VERSION) throw new WireError("version", `read header, version: ${version}`);
  const length = u32At(frame, 0);
  if (length !== size) {
    throw new WireError("length", `read header of a frame of ${size} bytes, length: ${length}`);
  }
}

/** The operation of a frame whose header was checked. */
export function frameOperation(frame: Uint8Array): number {
  return u32At(frame, 16);
}

/** The destination of a frame whose header was checked. */
export function frameDestination(frame: Uint8Array): number {
  return u32At(frame, 20);
}

/** The opcode of a REQ_CONTROL whose header was checked; -1 when it ends before that. */
export function frameOpcode(frame: Uint8Array): number {
  return frame.byteLength < OPCODE_AT + 4 ? -1 : u32At(frame, OPCODE_AT);
}

/** The sender in the header of a frame that was checked. Believe it only where nobody can lie. */
export function frameSource(frame: Uint8Array): number {
  return u32At(frame, 24);
}

/** The generation of a frame whose header was checked. */
export function frameGeneration(frame: Uint8Array): number {
  return u32At(frame, 12);
}

/** Fields of a frame's header that can be rewritten where it lies. */
export type HeaderPatch = Partial<PacketHeader>;

/**
 * Rewrites header fields of a whole frame in place, so that it can be sent on without decoding.
 * The bytes change for everyone who holds a view of them.
 */
export function patchHeader(frame: Uint8Array, patch: HeaderPatch): void {
  if (patch.generation !== undefined) patchU32(frame, 12, patch.generation);
  if (patch.destnode !== undefined) patchU32(frame, 20, patch.destnode);
  if (patch.srcnode !== undefined) patchU32(frame, 24, patch.srcnode);
  if (patch.reqid !== undefined) patchU32(frame, 28, patch.reqid);
}

/** Sends a frame elsewhere: rewrites its destination in place. */
export function patchDestination(frame: Uint8Array, destnode: number): void {
  patchU32(frame, 20, destnode);
}

/** A REQ_CALL is redirected: rewrites destination and hop count in place, nothing else (3.1). */
export function patchRedirect(frame: Uint8Array, destnode: number, hopcount: number): void {
  patchU32(frame, 20, destnode);
  patchU32(frame, 44, hopcount);
}

/** A copy of a frame for another node: one of those that a broadcast turns into. */
export function copyForDestination(frame: Uint8Array, destnode: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(frame);
  patchU32(copy, 20, destnode);
  return copy;
}

function patchU32(frame: Uint8Array, offset: number, value: number): void {
  if (frame.byteLength < offset + 4) {
    throw new WireError("truncated", `patch frame of ${frame.byteLength} bytes at ${offset}`);
  }
  if (value >>> 0 !== value) throw new WireError("value", `patch frame: ${value}`);
  putU32(frame, offset, value);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
