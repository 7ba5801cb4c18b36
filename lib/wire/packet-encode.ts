import { WireError } from "./errors.ts";
import { CTDB_MAGIC, CTDB_VERSION, Operation } from "./numbers.ts";
import type {
  Packet,
  ReplyControl,
  ReplyDmaster,
  ReplyError,
  ReqCall,
  ReqControl,
  ReqDmaster,
  ReqMessage,
} from "./packet.ts";
import { copyBytes } from "./bytes.ts";
import { PlacedMessage } from "./placed-message.ts";
import { putU32, putU64 } from "./little-endian.ts";
import { encodeText } from "./primitives.ts";

/**
 * How a frame ends (wire.md 2.2). "node": what a daemon sends, on TCP and to its clients - a
 * minimum size for each operation, then up to a multiple of 8. "tool": up to a multiple of 8.
 * "exact": no pad, as the Samba library does. Between nodes only "node" is allowed: a C daemon
 * dies of a length that is not a multiple of 8.
 */
export type Padding = "node" | "tool" | "exact";

/**
 * The frame of a packet, in one allocation. Byte fields are copied into it.
 *
 * Throws {@link WireError} when a number does not fit its field.
 */
export function encodePacket(packet: Packet, padding: Padding = "node"): Uint8Array<ArrayBuffer> {
  const length = frameLength(packet, padding);
  const frame = new Uint8Array(length);
  writeFrame(packet, frame, 0, length);
  return frame;
}

/** How long the frame of a packet is, pad included. */
export function frameLength(packet: Packet, padding: Padding = "node"): number {
  const used = usedLength(packet);
  const minimum = MINIMUM[packet.operation]!;
  const size = padding === "node" && used < minimum ? minimum : used;
  const length = padding === "exact" ? size : Math.ceil(size / 8) * 8;
  if (length > 0xffff_ffff) throw new WireError("value", `encode frame of ${length} bytes`);
  return length;
}

/**
 * Writes the frame of a packet, which {@link frameLength} said is `length` bytes long, to `at`. What
 * was there before does not shine through.
 *
 * Throws {@link WireError} when a number does not fit its field.
 */
export function writeFrame(packet: Packet, bytes: Uint8Array, at: number, length: number): void {
  putU32(bytes, at, length);
  putU32(bytes, at + 4, CTDB_MAGIC);
  putU32(bytes, at + 8, CTDB_VERSION);
  u32(bytes, at + 12, packet.generation);
  u32(bytes, at + 16, packet.operation);
  u32(bytes, at + 20, packet.destnode);
  u32(bytes, at + 24, packet.srcnode);
  u32(bytes, at + 28, packet.reqid);
  const end = writeBody(packet, bytes, at);
  for (let i = end; i < at + length; i++) bytes[i] = 0;
}

/** Smallest frames of the C daemon, by operation. */
const MINIMUM: Readonly<Record<number, number>> = {
  [Operation.REQ_CALL]: 64,
  [Operation.REPLY_CALL]: 48,
  [Operation.REQ_DMASTER]: 64,
  [Operation.REPLY_DMASTER]: 64,
  [Operation.REPLY_ERROR]: 48,
  [Operation.REQ_MESSAGE]: 48,
  [Operation.REQ_CONTROL]: 64,
  [Operation.REPLY_CONTROL]: 48,
  [Operation.REQ_KEEPALIVE]: 40,
  [Operation.REQ_TUNNEL]: 56,
};

/** Bytes of a packet without pad. */
function usedLength(packet: Packet): number {
  switch (packet.operation) {
    case Operation.REQ_CALL:
      return 56 + packet.key.byteLength + packet.calldata.byteLength;
    case Operation.REPLY_CALL:
      return 40 + packet.data.byteLength;
    case Operation.REQ_DMASTER:
      return 64 + packet.key.byteLength + packet.data.byteLength;
    case Operation.REPLY_DMASTER:
      return 60 + packet.key.byteLength + packet.data.byteLength;
    case Operation.REPLY_ERROR:
      return 41 + textLength(packet.message);
    case Operation.REQ_MESSAGE:
      return 44 + messageLength(packet);
    case Operation.REQ_CONTROL:
      return 60 + packet.data.byteLength;
    case Operation.REPLY_CONTROL:
      return 44 + packet.data.byteLength + textLength(packet.error);
    case Operation.REQ_KEEPALIVE:
      return 40;
    case Operation.REQ_TUNNEL:
      return 48 + packet.data.byteLength;
  }
}

function textLength(text: string): number {
  return text === "" ? 0 : encodeText(text).byteLength;
}

/** Writes what follows the header; returns where it ends. */
function writeBody(packet: Packet, bytes: Uint8Array, at: number): number {
  switch (packet.operation) {
    case Operation.REQ_CALL:
      return writeReqCall(packet, bytes, at);
    case Operation.REPLY_CALL:
      i32(bytes, at + 32, packet.status);
      u32(bytes, at + 36, packet.data.byteLength);
      return put(bytes, at + 40, packet.data);
    case Operation.REQ_DMASTER:
      return writeReqDmaster(packet, bytes, at);
    case Operation.REPLY_DMASTER:
      return writeReplyDmaster(packet, bytes, at);
    case Operation.REPLY_ERROR:
      return writeReplyError(packet, bytes, at);
    case Operation.REQ_MESSAGE:
      if (packet instanceof PlacedMessage) return writePlacedMessage(packet, bytes, at);
      u64(bytes, at + 32, packet.srvid);
      u32(bytes, at + 40, packet.data.byteLength);
      return put(bytes, at + 44, packet.data);
    case Operation.REQ_CONTROL:
      return writeReqControl(packet, bytes, at);
    case Operation.REPLY_CONTROL:
      return writeReplyControl(packet, bytes, at);
    case Operation.REQ_KEEPALIVE:
      u32(bytes, at + 32, packet.version);
      u32(bytes, at + 36, packet.uptime_s);
      return at + 40;
    case Operation.REQ_TUNNEL:
      u64(bytes, at + 32, packet.tunnelId);
      u32(bytes, at + 40, packet.flags);
      u32(bytes, at + 44, packet.data.byteLength);
      return put(bytes, at + 48, packet.data);
  }
}

function messageLength(packet: ReqMessage): number {
  return packet instanceof PlacedMessage ? packet.end - packet.start : packet.data.byteLength;
}

/** As it lies, and without its srvid as one number: messages are most of what passes here. */
function writePlacedMessage(message: PlacedMessage, bytes: Uint8Array, at: number): number {
  const { start, end } = message;
  putU32(bytes, at + 32, message.srvidLow);
  putU32(bytes, at + 36, message.srvidHigh);
  putU32(bytes, at + 40, end - start);
  copyBytes(message.bytes, start, end, bytes, at + 44);
  return at + 44 + end - start;
}

function writeReqCall(packet: ReqCall, bytes: Uint8Array, at: number): number {
  u32(bytes, at + 32, packet.flags);
  u32(bytes, at + 36, packet.dbId);
  u32(bytes, at + 40, packet.callid);
  u32(bytes, at + 44, packet.hopcount);
  u32(bytes, at + 48, packet.key.byteLength);
  u32(bytes, at + 52, packet.calldata.byteLength);
  return put(bytes, put(bytes, at + 56, packet.key), packet.calldata);
}

function writeReqDmaster(packet: ReqDmaster, bytes: Uint8Array, at: number): number {
  u32(bytes, at + 32, packet.dbId);
  putU32(bytes, at + 36, 0);
  u64(bytes, at + 40, packet.rsn);
  u32(bytes, at + 48, packet.dmaster);
  u32(bytes, at + 52, packet.key.byteLength);
  u32(bytes, at + 56, packet.data.byteLength);
  return putFlags(bytes, put(bytes, put(bytes, at + 60, packet.key), packet.data), packet);
}

function writeReplyDmaster(packet: ReplyDmaster, bytes: Uint8Array, at: number): number {
  u32(bytes, at + 32, packet.dbId);
  putU32(bytes, at + 36, 0);
  u64(bytes, at + 40, packet.rsn);
  u32(bytes, at + 48, packet.key.byteLength);
  u32(bytes, at + 52, packet.data.byteLength);
  return putFlags(bytes, put(bytes, put(bytes, at + 56, packet.key), packet.data), packet);
}

function writeReplyError(packet: ReplyError, bytes: Uint8Array, at: number): number {
  const text = encodeText(packet.message);
  i32(bytes, at + 32, packet.status);
  u32(bytes, at + 36, text.byteLength + 1); // with its NUL, unlike the error of REPLY_CONTROL
  return put(bytes, at + 40, text);
}

function writeReqControl(packet: ReqControl, bytes: Uint8Array, at: number): number {
  u32(bytes, at + 32, packet.opcode);
  putU32(bytes, at + 36, 0);
  u64(bytes, at + 40, packet.srvid);
  u32(bytes, at + 48, packet.clientId);
  u32(bytes, at + 52, packet.flags);
  u32(bytes, at + 56, packet.data.byteLength);
  return put(bytes, at + 60, packet.data);
}

function writeReplyControl(packet: ReplyControl, bytes: Uint8Array, at: number): number {
  const error = packet.error === "" ? NO_BYTES : encodeText(packet.error);
  i32(bytes, at + 32, packet.status);
  u32(bytes, at + 36, packet.data.byteLength);
  u32(bytes, at + 40, error.byteLength);
  return put(bytes, put(bytes, at + 44, packet.data), error);
}

const NO_BYTES = new Uint8Array(0);
/** Below this, copying byte by byte is quicker than asking for it. */
const SHORT_BYTES = 128;

/** Copies `part` to `at`; returns where it ends. */
function put(bytes: Uint8Array, at: number, part: Uint8Array): number {
  const { length } = part;
  if (length <= SHORT_BYTES) { for (let i = 0; i < length; i++) bytes[at + i] = part[i]!; }
  else bytes.set(part, at);
  return at + length;
}

/** The record flags, which follow the data. */
function putFlags(bytes: Uint8Array, at: number, packet: { readonly recordFlags: number }): number {
  u32(bytes, at, packet.recordFlags);
  return at + 4;
}

function u32(bytes: Uint8Array, at: number, value: number): void {
  if (value >>> 0 !== value) throw new WireError("value", `encode u32 at ${at}: ${value}`);
  putU32(bytes, at, value);
}

function i32(bytes: Uint8Array, at: number, value: number): void {
  if ((value | 0) !== value) throw new WireError("value", `encode i32 at ${at}: ${value}`);
  putU32(bytes, at, value);
}

function u64(bytes: Uint8Array, at: number, value: bigint): void {
  if (BigInt.asUintN(64, value) !== value) {
    throw new WireError("value", `encode u64 at ${at}: ${value}`);
  }
  putU64(bytes, at, value);
}
