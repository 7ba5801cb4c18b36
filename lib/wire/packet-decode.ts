import { WireError } from "./errors.ts";
import { checkedView } from "./frame.ts";
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
  const view = checkedView(frame);
  const operation = view.getUint32(16, true);
  switch (operation) {
    case Operation.REQ_CALL:
      return decodeReqCall(frame, view);
    case Operation.REPLY_CALL:
      return decodeReplyCall(frame, view);
    case Operation.REQ_DMASTER:
      return decodeReqDmaster(frame, view);
    case Operation.REPLY_DMASTER:
      return decodeReplyDmaster(frame, view);
    case Operation.REPLY_ERROR:
      return decodeReplyError(frame, view);
    case Operation.REQ_MESSAGE:
      return decodeReqMessage(frame, view);
    case Operation.REQ_CONTROL:
      return decodeReqControl(frame, view);
    case Operation.REPLY_CONTROL:
      return decodeReplyControl(frame, view);
    case Operation.REQ_KEEPALIVE:
      return decodeReqKeepalive(frame, view);
    case Operation.REQ_TUNNEL:
      return decodeReqTunnel(frame, view);
    default:
      throw new WireError("operation", `decode packet, operation: ${operation}`);
  }
}

// The functions below write the header out field by field: spreading an object there costs more
// than all the rest of a packet.

function decodeReqCall(frame: Uint8Array, view: DataView): ReqCall {
  const keyEnd = part(view, 56, 56, 48);
  const dataEnd = part(view, 56, keyEnd, 52);
  return {
    operation: Operation.REQ_CALL,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    flags: view.getUint32(32, true),
    dbId: view.getUint32(36, true),
    callid: view.getUint32(40, true),
    hopcount: view.getUint32(44, true),
    key: frame.subarray(56, keyEnd),
    calldata: frame.subarray(keyEnd, dataEnd),
  };
}

function decodeReplyCall(frame: Uint8Array, view: DataView): ReplyCall {
  const dataEnd = part(view, 40, 40, 36);
  return {
    operation: Operation.REPLY_CALL,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    status: view.getInt32(32, true),
    data: frame.subarray(40, dataEnd),
  };
}

function decodeReqDmaster(frame: Uint8Array, view: DataView): ReqDmaster {
  const keyEnd = part(view, 60, 60, 52);
  const dataEnd = part(view, 60, keyEnd, 56);
  return {
    operation: Operation.REQ_DMASTER,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    dbId: view.getUint32(32, true),
    rsn: view.getBigUint64(40, true),
    dmaster: view.getUint32(48, true),
    key: frame.subarray(60, keyEnd),
    data: frame.subarray(keyEnd, dataEnd),
    recordFlags: recordFlags(view, dataEnd),
  };
}

function decodeReplyDmaster(frame: Uint8Array, view: DataView): ReplyDmaster {
  const keyEnd = part(view, 56, 56, 48);
  const dataEnd = part(view, 56, keyEnd, 52);
  return {
    operation: Operation.REPLY_DMASTER,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    dbId: view.getUint32(32, true),
    rsn: view.getBigUint64(40, true),
    key: frame.subarray(56, keyEnd),
    data: frame.subarray(keyEnd, dataEnd),
    recordFlags: recordFlags(view, dataEnd),
  };
}

function decodeReplyError(frame: Uint8Array, view: DataView): ReplyError {
  const msgEnd = part(view, 40, 40, 36);
  return {
    operation: Operation.REPLY_ERROR,
    ...header(view),
    status: view.getInt32(32, true),
    message: decodeText(upToNul(frame.subarray(40, msgEnd)), "lenient"),
  };
}

function decodeReqMessage(frame: Uint8Array, view: DataView): ReqMessage {
  const dataEnd = part(view, 44, 44, 40);
  return {
    operation: Operation.REQ_MESSAGE,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    srvid: view.getBigUint64(32, true),
    data: frame.subarray(44, dataEnd),
  };
}

function decodeReqControl(frame: Uint8Array, view: DataView): ReqControl {
  const dataEnd = part(view, 60, 60, 56);
  return {
    operation: Operation.REQ_CONTROL,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    opcode: view.getUint32(32, true),
    srvid: view.getBigUint64(40, true),
    clientId: view.getUint32(48, true),
    flags: view.getUint32(52, true),
    data: frame.subarray(60, dataEnd),
  };
}

function decodeReplyControl(frame: Uint8Array, view: DataView): ReplyControl {
  const dataEnd = part(view, 44, 44, 36);
  const errorEnd = part(view, 44, dataEnd, 40);
  const error = errorEnd === dataEnd
    ? ""
    : decodeText(upToNul(frame.subarray(dataEnd, errorEnd)), "lenient");
  return {
    operation: Operation.REPLY_CONTROL,
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
    status: view.getInt32(32, true),
    data: frame.subarray(44, dataEnd),
    error,
  };
}

function decodeReqKeepalive(_frame: Uint8Array, view: DataView): ReqKeepalive {
  need(view, 40);
  return {
    operation: Operation.REQ_KEEPALIVE,
    ...header(view),
    version: view.getUint32(32, true),
    uptime_s: view.getUint32(36, true),
  };
}

function decodeReqTunnel(frame: Uint8Array, view: DataView): ReqTunnel {
  const dataEnd = part(view, 48, 48, 44);
  return {
    operation: Operation.REQ_TUNNEL,
    ...header(view),
    tunnelId: view.getBigUint64(32, true),
    flags: view.getUint32(40, true),
    data: frame.subarray(48, dataEnd),
  };
}

function header(view: DataView): PacketHeader {
  return {
    generation: view.getUint32(12, true),
    destnode: view.getUint32(20, true),
    srcnode: view.getUint32(24, true),
    reqid: view.getUint32(28, true),
  };
}

/** End of the part that starts at `start` and whose length stands at `lengthAt`, checked. */
function part(view: DataView, fixedSize: number, start: number, lengthAt: number): number {
  need(view, fixedSize);
  const end = start + view.getUint32(lengthAt, true);
  need(view, end);
  return end;
}

function need(view: DataView, size: number): void {
  if (size > view.byteLength) {
    throw new WireError(
      "truncated",
      `decode packet of ${view.byteLength} bytes, operation ${
        view.getUint32(16, true)
      }: needs ${size}`,
    );
  }
}

/** They follow the data without counting in its length, and old senders lack them (3.3). */
function recordFlags(view: DataView, at: number): number {
  return at + 4 <= view.byteLength ? view.getUint32(at, true) : 0;
}
