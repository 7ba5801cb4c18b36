/**
 * The few controls that scripts ask a daemon dozens of times, read where they lie: a program that
 * knows only these starts in half the time of one that knows the whole table. A test holds them
 * against `controls.ts`.
 *
 * @module
 */
import { CTDB_MAGIC, CTDB_VERSION, CURRENT_NODE, Operation } from "./numbers.ts";

/** Questions to the local daemon that take no data, with their opcodes. */
export const QUICK_OPCODES = {
  GET_PNN: 35,
  GET_NODEMAP: 91,
  GET_IFACES: 124,
  GET_RUNSTATE: 138,
} as const;

/** The name of one of them. */
export type QuickQuestion = keyof typeof QUICK_OPCODES;

const REQUEST_BYTES = 64;
const REPLY_FIXED_BYTES = 44;
const NODE_BYTES = 36;
const INTERFACE_BYTES = 24;
const AF_INET = 2;

/** A node of the node map. */
export interface QuickNode {
  readonly pnn: number;
  /** Bits of `NodeFlag`. */
  readonly flags: number;
  readonly address: string;
}

/** One request for each question, back to back; their reqids count from 1. */
export function encodeQuestions(questions: readonly QuickQuestion[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(questions.length * REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  questions.forEach((question, i) => {
    const at = i * REQUEST_BYTES;
    const put = (offset: number, value: number) => view.setUint32(at + offset, value, true);
    put(0, REQUEST_BYTES);
    put(4, CTDB_MAGIC);
    put(8, CTDB_VERSION);
    put(16, Operation.REQ_CONTROL);
    put(20, CURRENT_NODE);
    put(24, UNKNOWN_SOURCE);
    put(28, i + 1);
    put(32, QUICK_OPCODES[question]);
  });
  return bytes;
}

/** A client does not know its node before it has asked. */
const UNKNOWN_SOURCE = 0xffffffff;

/** An answer of a daemon. */
export interface QuickAnswer {
  readonly status: number;
  readonly data: Uint8Array;
}

/**
 * The answers in `bytes`, by place of their question; as many as are whole. `undefined` for anything
 * else than answers to `count` questions: then somebody must look who knows every packet.
 */
export function readAnswers(bytes: Uint8Array, count: number): QuickAnswer[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const answers: QuickAnswer[] = [];
  for (let at = 0; at + REPLY_FIXED_BYTES <= bytes.length;) {
    const get = (offset: number) => view.getUint32(at + offset, true);
    const length = get(0);
    const place = get(28) - 1;
    const isReply = get(4) === CTDB_MAGIC && get(8) === CTDB_VERSION &&
      get(16) === Operation.REPLY_CONTROL && length >= REPLY_FIXED_BYTES && place < count;
    if (!isReply || get(36) > length - REPLY_FIXED_BYTES) return undefined;
    if (at + length > bytes.length) break;
    const data = bytes.subarray(at + REPLY_FIXED_BYTES, at + REPLY_FIXED_BYTES + get(36));
    answers[place] = { status: view.getInt32(at + 32, true), data };
    at += length;
  }
  return answers;
}

/** The only number in an answer. */
export function readNumber({ data }: QuickAnswer): number | undefined {
  return data.length === 4 ? viewOf(data).getUint32(0, true) : undefined;
}

/** The node map; `undefined` when it is broken or has addresses that are not IPv4. */
export function readNodeEntries({ data }: QuickAnswer): readonly QuickNode[] | undefined {
  return readList(data, NODE_BYTES, (view, at) => {
    if (view.getUint16(at + 8, true) !== AF_INET) return undefined;
    const bytes = [12, 13, 14, 15].map((offset) => view.getUint8(at + offset));
    return {
      pnn: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      address: bytes.join("."),
    };
  });
}

/** Whether each interface has its link. */
export function readLinks({ data }: QuickAnswer): readonly boolean[] | undefined {
  return readList(data, INTERFACE_BYTES, (view, at) => {
    const state = view.getUint16(at + 18, true);
    return state > 1 ? undefined : state === 1;
  });
}

/** A count and as many rows of the same size, and nothing behind them. */
function readList<T>(
  data: Uint8Array,
  rowBytes: number,
  read: (view: DataView, at: number) => T | undefined,
): readonly T[] | undefined {
  if (data.length < 4) return undefined;
  const view = viewOf(data);
  const count = view.getUint32(0, true);
  if (data.length !== 4 + count * rowBytes) return undefined;
  const rows: T[] = [];
  for (let i = 0; i < count; i++) {
    const row = read(view, 4 + i * rowBytes);
    if (row === undefined) return undefined;
    rows.push(row);
  }
  return rows;
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
