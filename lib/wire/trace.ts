import { formatSocketAddress, type SocketAddress } from "./address.ts";
import { decode } from "./codec.ts";
import {
  controlByOpcode,
  type ControlName,
  controlRow,
  decodeControlReply,
  decodeControlRequest,
  isControlFailure,
} from "./control-codec.ts";
import { WireError } from "./errors.ts";
import {
  BROADCAST_ACTIVE,
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  CallId,
  CURRENT_NODE,
  MULTICAST,
  Operation,
  type OperationName,
  UNKNOWN_PNN,
} from "./numbers.ts";
import type { Packet, ReplyControl, ReqCall, ReqControl, ReqMessage } from "./packet.ts";
import { decodePacket } from "./packet-decode.ts";
import { messageBySrvid, messages } from "./srvid.ts";

/** Bytes of a byte field that a trace shows. */
const SHOWN_BYTES = 32;
/** Elements of a list that a trace shows. */
const SHOWN_ITEMS = 8;
/** Characters of a text that a trace shows. */
const SHOWN_TEXT = 120;

/**
 * One line about a packet, for logs and the trace tool. Never throws: a payload that cannot be
 * decoded is shown as bytes. A reply does not say what it answers: pass the control's name to
 * have its data decoded.
 *
 * @example
 * `REQ_CONTROL 0->1 reqid=7 gen=12 GET_DBNAME 0x4d2a432b`
 */
export function tracePacket(packet: Packet, replyTo?: ControlName): string {
  const name = operationNames.get(packet.operation) ?? `operation ${packet.operation}`;
  const { srcnode, destnode, reqid, generation } = packet;
  const route = `${traceNode(srcnode)}->${traceNode(destnode)}`;
  return `${name} ${route} reqid=${reqid} gen=${generation} ${traceBody(packet, replyTo)}`;
}

/** As {@link tracePacket}, from a frame; says what is wrong with one that is no packet. */
export function traceFrame(frame: Uint8Array, replyTo?: ControlName): string {
  try {
    return tracePacket(decodePacket(frame), replyTo);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return `bad frame (${error.message}) ${traceValue(frame)}`;
  }
}

/** A decoded value as short text: numbers that are ids in hex, bytes and lists cut. */
export function traceValue(value: unknown): string {
  if (value === undefined) return "-";
  if (value instanceof Uint8Array) return traceBytes(value);
  if (Array.isArray(value)) return traceList(value);
  if (isSocketAddress(value)) return formatSocketAddress(value);
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([k, v]) => `${k}=${traceField(k, v)}`).join(" ")}}`;
  }
  if (typeof value === "number") return traceNumber(value);
  return typeof value === "string" ? traceText(value) : String(value);
}

const operationNames = new Map<number, OperationName>(
  (Object.keys(Operation) as OperationName[]).map((name) => [Operation[name], name]),
);

const callNames = new Map<number, string>(Object.entries(CallId).map(([name, id]) => [id, name]));

const nodeNames = new Map<number, string>([
  [CURRENT_NODE, "current"],
  [BROADCAST_ALL, "all"],
  [BROADCAST_ACTIVE, "active"],
  [BROADCAST_CONNECTED, "connected"],
  [MULTICAST, "multicast"],
  [UNKNOWN_PNN, "?"],
]);

function traceNode(pnn: number): string {
  return nodeNames.get(pnn) ?? String(pnn);
}

function traceBody(packet: Packet, replyTo: ControlName | undefined): string {
  switch (packet.operation) {
    case Operation.REQ_CALL:
      return traceCall(packet);
    case Operation.REPLY_CALL:
      return `status=${packet.status} data=${traceBytes(packet.data)}`;
    case Operation.REQ_DMASTER:
      return `db=${hex(packet.dbId)} rsn=${packet.rsn} dmaster=${packet.dmaster} ` +
        traceRecord(packet);
    case Operation.REPLY_DMASTER:
      return `db=${hex(packet.dbId)} rsn=${packet.rsn} ${traceRecord(packet)}`;
    case Operation.REPLY_ERROR:
      return `status=${packet.status} ${traceText(packet.message)}`;
    case Operation.REQ_MESSAGE:
      return traceMessage(packet);
    case Operation.REQ_CONTROL:
      return traceControl(packet);
    case Operation.REPLY_CONTROL:
      return traceReply(packet, replyTo);
    case Operation.REQ_KEEPALIVE:
      return `version=${hex(packet.version)} uptime=${packet.uptime_s}s`;
    case Operation.REQ_TUNNEL:
      return `tunnel=${hex(packet.tunnelId)} flags=${hex(packet.flags)} data=${
        traceBytes(packet.data)
      }`;
  }
}

function traceCall(packet: ReqCall): string {
  const call = callNames.get(packet.callid) ?? hex(packet.callid);
  return `db=${hex(packet.dbId)} ${call} flags=${hex(packet.flags)} hops=${packet.hopcount} key=${
    traceBytes(packet.key)
  }`;
}

function traceRecord(
  packet: { readonly key: Uint8Array; readonly data: Uint8Array; readonly recordFlags: number },
): string {
  const { key, data, recordFlags } = packet;
  return `key=${traceBytes(key)} data=${traceBytes(data)} flags=${hex(recordFlags)}`;
}

function traceMessage({ srvid, data }: ReqMessage): string {
  const name = messageBySrvid(srvid);
  if (name === undefined) return `srvid=${hex(srvid)} data=${traceBytes(data)}`;
  const label = name === "RECOVERY" ? `${name}+${srvid & 0xffff_ffff_ffffn}` : name;
  return `${label} ${attempt(() => decode<unknown>(messages[name], data), data)}`;
}

function traceControl(packet: ReqControl): string {
  const name = controlByOpcode(packet.opcode);
  const flags = packet.flags === 0 ? "" : ` flags=${hex(packet.flags)}`;
  const client = packet.clientId === 0 ? "" : ` client=${hex(packet.clientId)}`;
  if (name === undefined) {
    return `opcode=${packet.opcode} data=${traceBytes(packet.data)}${flags}${client}`;
  }
  const request = controlRow(name).requestIn === "srvid"
    ? hex(packet.srvid)
    : attempt(() => decodeControlRequest(name, packet), packet.data);
  return `${name} ${request}${flags}${client}`;
}

function traceReply(packet: ReplyControl, name: ControlName | undefined): string {
  const error = packet.error === "" ? "" : ` error=${traceText(packet.error)}`;
  if (name === undefined || isControlFailure(name, packet.status)) {
    const to = name === undefined ? "" : `${name} `;
    return `${to}status=${packet.status} data=${traceBytes(packet.data)}${error}`;
  }
  return `${name} ${attempt(() => decodeControlReply(name, packet), packet.data)}${error}`;
}

/** The trace of what `read` returns; of the bytes themselves when they are not what they should be. */
function attempt(read: () => unknown, data: Uint8Array): string {
  try {
    return traceValue(read());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return `malformed ${traceBytes(data)}`;
  }
}

function traceField(key: string, value: unknown): string {
  if (typeof value === "bigint" && /srvid|id$/i.test(key)) return hex(value);
  if (typeof value === "number" && /flags|dbId/i.test(key)) return hex(value);
  return traceValue(value);
}

/** Ids of databases and special nodes are large; counts hardly are. */
function traceNumber(value: number): string {
  return value >= 0x100_0000 && Number.isInteger(value) ? hex(value) : String(value);
}

function traceBytes(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const more = bytes.byteLength > SHOWN_BYTES ? "..." : "";
  return `[${bytes.byteLength}]${shown.byteLength === 0 ? "" : shown.toHex()}${more}`;
}

function traceList(values: readonly unknown[]): string {
  const shown = values.slice(0, SHOWN_ITEMS).map(traceValue);
  if (values.length > SHOWN_ITEMS) shown.push(`${values.length - SHOWN_ITEMS} more`);
  return `[${shown.join(" ")}]`;
}

function traceText(text: string): string {
  // JSON escapes keep it one line whatever is in it.
  return JSON.stringify(text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}...` : text);
}

function isSocketAddress(value: unknown): value is SocketAddress {
  return typeof value === "object" && value !== null && "family" in value && "address" in value;
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
