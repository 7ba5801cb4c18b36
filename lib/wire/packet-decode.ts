import { WireError } from "./errors.ts";
import { checkFrameHeader } from "./frame.ts";
import { i32At, u32At, u64At } from "./little-endian.ts";
import { Operation } from "./numbers.ts";
import type {
  Packet,
  PacketHeader,
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
import { decodeText, upToNul } from "./primitives.ts";

/**
 * The packet in a whole frame. Byte fields are views of the frame; what follows them is pad and
 * not looked at.
 *
 * Throws {@link WireError} as `readHeader` does, and with code `operation` for an unknown one and
 * `truncated` when a length inside points past the end.
 */
export function decodePacket(frame: Uint8Array): Packet {
  checkFrameHeader(frame);
  const operation = u32At(frame, 16);
  switch (operation) {
    case Operation.REQ_CALL:
      return decodeReqCall(frame);
    case Operation.REPLY_CALL:
      return decodeReplyCall(frame);
    case Operation.REQ_DMASTER:
      return decodeReqDmaster(frame);
    case Operation.REPLY_DMASTER:
      return decodeReplyDmaster(frame);
    case Operation.REPLY_ERROR:
      return decodeReplyError(frame);
    case Operation.REQ_MESSAGE:
      return decodeReqMessage(frame);
    case Operation.REQ_CONTROL:
      return decodeReqControl(frame);
    case Operation.REPLY_CONTROL:
      return decodeReplyControl(frame);
    case Operation.REQ_KEEPALIVE:
      return decodeReqKeepalive(frame);
    case Operation.REQ_TUNNEL:
      return decodeReqTunnel(frame);
    default:
      throw new WireError("operation", `decode packet, operation: ${operation}`);
  }
}

// The functions below write the header out field by field: spreading an object there costs more
// than all the rest of a packet.

function decodeReqCall(frame: Uint8Array): ReqCall {
  const keyEnd = part(frame, 56, 56, 48);
  const dataEnd = part(frame, 56, keyEnd, 52);
  return {
    operation: Operation.REQ_CALL,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    flags: u32At(frame, 32),
    dbId: u32At(frame, 36),
    callid: u32At(frame, 40),
    hopcount: u32At(frame, 44),
    key: frame.subarray(56, keyEnd),
    calldata: frame.subarray(keyEnd, dataEnd),
  };
}

function decodeReplyCall(frame: Uint8Array): ReplyCall {
  const dataEnd = part(frame, 40, 40, 36);
  return {
    operation: Operation.REPLY_CALL,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    status: i32At(frame, 32),
    data: frame.subarray(40, dataEnd),
  };
}

function decodeReqDmaster(frame: Uint8Array): ReqDmaster {
  const keyEnd = part(frame, 60, 60, 52);
  const dataEnd = part(frame, 60, keyEnd, 56);
  return {
    operation: Operation.REQ_DMASTER,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    dbId: u32At(frame, 32),
    rsn: u64At(frame, 40),
    dmaster: u32At(frame, 48),
    key: frame.subarray(60, keyEnd),
    data: frame.subarray(keyEnd, dataEnd),
    recordFlags: recordFlags(frame, dataEnd),
  };
}

function decodeReplyDmaster(frame: Uint8Array): ReplyDmaster {
  const keyEnd = part(frame, 56, 56, 48);
  const dataEnd = part(frame, 56, keyEnd, 52);
  return {
    operation: Operation.REPLY_DMASTER,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    dbId: u32At(frame, 32),
    rsn: u64At(frame, 40),
    key: frame.subarray(56, keyEnd),
    data: frame.subarray(keyEnd, dataEnd),
    recordFlags: recordFlags(frame, dataEnd),
  };
}

function decodeReplyError(frame: Uint8Array): ReplyError {
  const msgEnd = part(frame, 40, 40, 36);
  return {
    operation: Operation.REPLY_ERROR,
    ...header(frame),
    status: i32At(frame, 32),
    message: decodeText(upToNul(frame.subarray(40, msgEnd)), "lenient"),
  };
}

function decodeReqMessage(frame: Uint8Array): ReqMessage {
  const dataEnd = part(frame, 44, 44, 40);
  return {
    operation: Operation.REQ_MESSAGE,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    srvid: u64At(frame, 32),
    data: frame.subarray(44, dataEnd),
  };
}

function decodeReqControl(frame: Uint8Array): ReqControl {
  const dataEnd = part(frame, 60, 60, 56);
  return {
    operation: Operation.REQ_CONTROL,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    opcode: u32At(frame, 32),
    srvid: u64At(frame, 40),
    clientId: u32At(frame, 48),
    flags: u32At(frame, 52),
    data: frame.subarray(60, dataEnd),
  };
}

function decodeReplyControl(frame: Uint8Array): ReplyControl {
  const dataEnd = part(frame, 44, 44, 36);
  const errorEnd = part(frame, 44, dataEnd, 40);
  const error = errorEnd === dataEnd
    ? ""
    : decodeText(upToNul(frame.subarray(dataEnd, errorEnd)), "lenient");
  return {
    operation: Operation.REPLY_CONTROL,
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
    status: i32At(frame, 32),
    data: frame.subarray(44, dataEnd),
    error,
  };
}

function decodeReqKeepalive(frame: Uint8Array): ReqKeepalive {
  need(frame, 40);
  return {
    operation: Operation.REQ_KEEPALIVE,
    ...header(frame),
    version: u32At(frame, 32),
    uptime_s: u32At(frame, 36),
  };
}

function decodeReqTunnel(frame: Uint8Array): ReqTunnel {
  const dataEnd = part(frame, 48, 48, 44);
  return {
    operation: Operation.REQ_TUNNEL,
    ...header(frame),
    tunnelId: u64At(frame, 32),
    flags: u32At(frame, 40),
    data: frame.subarray(48, dataEnd),
  };
}

function header(frame: Uint8Array): PacketHeader {
  return {
    generation: u32At(frame, 12),
    destnode: u32At(frame, 20),
    srcnode: u32At(frame, 24),
    reqid: u32At(frame, 28),
  };
}

/** End of the part that starts at `start` and whose length stands at `lengthAt`, checked. */
function part(frame: Uint8Array, fixedSize: number, start: number, lengthAt: number): number {
  need(frame, fixedSize);
  const end = start + u32At(frame, lengthAt);
  need(frame, end);
  return end;
}

function need(frame: Uint8Array, size: number): void {
  if (size > frame.byteLength) {
    throw new WireError(
      "truncated",
      `decode packet of ${frame.byteLength} bytes, operation ${u32At(frame, 16)}: needs ${size}`,
    );
  }
}

/** They follow the data without counting in its length, and old senders lack them (3.3). */
function recordFlags(frame: Uint8Array, at: number): number {
  return at + 4 <= frame.byteLength ? u32At(frame, at) : 0;
}
