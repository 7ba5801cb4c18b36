import { WireError } from "./errors.ts";
import { CTDB_MAGIC, CTDB_VERSION, Operation } from "./numbers.ts";
import type {
  Packet,
  ReplyCall,
  ReplyControl,
  ReplyDmaster,
  ReplyError,
  ReqCall,
  ReqControl,
  ReqDmaster,
  ReqKeepalive,
  ReqMessage,
  ReqTunnel,
} from "./packet.ts";
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
  switch (packet.operation) {
    case Operation.REQ_CALL:
      return encodeReqCall(packet, padding);
    case Operation.REPLY_CALL:
      return encodeReplyCall(packet, padding);
    case Operation.REQ_DMASTER:
      return encodeReqDmaster(packet, padding);
    case Operation.REPLY_DMASTER:
      return encodeReplyDmaster(packet, padding);
    case Operation.REPLY_ERROR:
      return encodeReplyError(packet, padding);
    case Operation.REQ_MESSAGE:
      return encodeReqMessage(packet, padding);
    case Operation.REQ_CONTROL:
      return encodeReqControl(packet, padding);
    case Operation.REPLY_CONTROL:
      return encodeReplyControl(packet, padding);
    case Operation.REQ_KEEPALIVE:
      return encodeReqKeepalive(packet, padding);
    case Operation.REQ_TUNNEL:
      return encodeReqTunnel(packet, padding);
  }
}

function encodeReqCall(packet: ReqCall, padding: Padding): Uint8Array<ArrayBuffer> {
  const { key, calldata } = packet;
  const frame = begin(packet, 56 + key.byteLength + calldata.byteLength, 64, padding);
  u32(frame, 32, packet.flags);
  u32(frame, 36, packet.dbId);
  u32(frame, 40, packet.callid);
  u32(frame, 44, packet.hopcount);
  u32(frame, 48, key.byteLength);
  u32(frame, 52, calldata.byteLength);
  return end(frame, 56, key, calldata);
}

function encodeReplyCall(packet: ReplyCall, padding: Padding): Uint8Array<ArrayBuffer> {
  const { data } = packet;
  const frame = begin(packet, 40 + data.byteLength, 48, padding);
  i32(frame, 32, packet.status);
  u32(frame, 36, data.byteLength);
  return end(frame, 40, data);
}

function encodeReqDmaster(packet: ReqDmaster, padding: Padding): Uint8Array<ArrayBuffer> {
  const { key, data } = packet;
  const flagsAt = 60 + key.byteLength + data.byteLength;
  const frame = begin(packet, flagsAt + 4, 64, padding);
  u32(frame, 32, packet.dbId);
  u64(frame, 40, packet.rsn);
  u32(frame, 48, packet.dmaster);
  u32(frame, 52, key.byteLength);
  u32(frame, 56, data.byteLength);
  u32(frame, flagsAt, packet.recordFlags);
  return end(frame, 60, key, data);
}

function encodeReplyDmaster(packet: ReplyDmaster, padding: Padding): Uint8Array<ArrayBuffer> {
  const { key, data } = packet;
  const flagsAt = 56 + key.byteLength + data.byteLength;
  const frame = begin(packet, flagsAt + 4, 64, padding);
  u32(frame, 32, packet.dbId);
  u64(frame, 40, packet.rsn);
  u32(frame, 48, key.byteLength);
  u32(frame, 52, data.byteLength);
  u32(frame, flagsAt, packet.recordFlags);
  return end(frame, 56, key, data);
}

function encodeReplyError(packet: ReplyError, padding: Padding): Uint8Array<ArrayBuffer> {
  const text = encodeText(packet.message);
  const msglen = text.byteLength + 1; // with its NUL, unlike the error of REPLY_CONTROL
  const frame = begin(packet, 40 + msglen, 48, padding);
  i32(frame, 32, packet.status);
  u32(frame, 36, msglen);
  return end(frame, 40, text);
}

function encodeReqMessage(packet: ReqMessage, padding: Padding): Uint8Array<ArrayBuffer> {
  const { data } = packet;
  const frame = begin(packet, 44 + data.byteLength, 48, padding);
  u64(frame, 32, packet.srvid);
  u32(frame, 40, data.byteLength);
  return end(frame, 44, data);
}

function encodeReqControl(packet: ReqControl, padding: Padding): Uint8Array<ArrayBuffer> {
  const { data } = packet;
  const frame = begin(packet, 60 + data.byteLength, 64, padding);
  u32(frame, 32, packet.opcode);
  u64(frame, 40, packet.srvid);
  u32(frame, 48, packet.clientId);
  u32(frame, 52, packet.flags);
  u32(frame, 56, data.byteLength);
  return end(frame, 60, data);
}

function encodeReplyControl(packet: ReplyControl, padding: Padding): Uint8Array<ArrayBuffer> {
  const { data } = packet;
  const error = packet.error === "" ? NO_BYTES : encodeText(packet.error);
  const frame = begin(packet, 44 + data.byteLength + error.byteLength, 48, padding);
  i32(frame, 32, packet.status);
  u32(frame, 36, data.byteLength);
  u32(frame, 40, error.byteLength);
  return end(frame, 44, data, error);
}

function encodeReqKeepalive(packet: ReqKeepalive, padding: Padding): Uint8Array<ArrayBuffer> {
  const frame = begin(packet, 40, 40, padding);
  u32(frame, 32, packet.version);
  u32(frame, 36, packet.uptime_s);
  return end(frame, 40, NO_BYTES);
}

function encodeReqTunnel(packet: ReqTunnel, padding: Padding): Uint8Array<ArrayBuffer> {
  const { data } = packet;
  const frame = begin(packet, 48 + data.byteLength, 56, padding);
  u64(frame, 32, packet.tunnelId);
  u32(frame, 40, packet.flags);
  u32(frame, 44, data.byteLength);
  return end(frame, 48, data);
}

const NO_BYTES = new Uint8Array(0);

/** A zeroed frame for `used` bytes plus pad, with its header. */
function begin(
  packet: Packet,
  used: number,
  minimum: number,
  padding: Padding,
): DataView<ArrayBuffer> {
  const size = padding === "node" && used < minimum ? minimum : used;
  const length = padding === "exact" ? size : Math.ceil(size / 8) * 8;
  if (length > 0xffff_ffff) throw new WireError("value", `encode frame of ${length} bytes`);
  const frame = new DataView(new ArrayBuffer(length));
  frame.setUint32(0, length, true);
  frame.setUint32(4, CTDB_MAGIC, true);
  frame.setUint32(8, CTDB_VERSION, true);
  u32(frame, 12, packet.generation);
  u32(frame, 16, packet.operation);
  u32(frame, 20, packet.destnode);
  u32(frame, 24, packet.srcnode);
  u32(frame, 28, packet.reqid);
  return frame;
}

/** Copies the variable parts to where the fixed one ends. */
function end(
  frame: DataView<ArrayBuffer>,
  offset: number,
  first: Uint8Array,
  second: Uint8Array = NO_BYTES,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(frame.buffer);
  if (first.byteLength > 0) bytes.set(first, offset);
  if (second.byteLength > 0) bytes.set(second, offset + first.byteLength);
  return bytes;
}

function u32(frame: DataView, offset: number, value: number): void {
  if (value >>> 0 !== value) throw new WireError("value", `encode u32 at ${offset}: ${value}`);
  frame.setUint32(offset, value, true);
}

function i32(frame: DataView, offset: number, value: number): void {
  if ((value | 0) !== value) throw new WireError("value", `encode i32 at ${offset}: ${value}`);
  frame.setInt32(offset, value, true);
}

function u64(frame: DataView, offset: number, value: bigint): void {
  if (BigInt.asUintN(64, value) !== value) {
    throw new WireError("value", `encode u64 at ${offset}: ${value}`);
  }
  frame.setBigUint64(offset, value, true);
}
