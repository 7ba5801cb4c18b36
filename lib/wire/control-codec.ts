import { type CodecValue, decode, decodeStart, encode } from "./codec.ts";
import { controls } from "./controls.ts";
import { nothing } from "./primitives.ts";
import type { ControlRow } from "./control-row.ts";

/** @internal */
type Controls = typeof controls;

/** The name of any control, obsolete ones included. */
export type ControlName = keyof Controls;

/** The name of a control that a daemon answers. */
export type LiveControlName = {
  [N in ControlName]: Controls[N]["live"] extends true ? N : never;
}[ControlName];

/** What a control asks with; `undefined` for nothing. */
export type ControlRequest<N extends ControlName> = CodecValue<Controls[N]["request"]>;

/** What a control is answered with; `undefined` for nothing. */
export type ControlReply<N extends ControlName> = CodecValue<Controls[N]["reply"]>;

/** The parts of a REQ_CONTROL that a request is put into. */
interface ControlRequestParts {
  readonly srvid: bigint;
  readonly data: Uint8Array;
}

/** The parts of a REPLY_CONTROL that an answer is put into. */
interface ControlReplyParts {
  readonly status: number;
  readonly data: Uint8Array;
}

const NO_DATA = new Uint8Array(0);
/** The answer of a control that has nothing to say but that it is done. */
const DONE: ControlReplyParts = { status: 0, data: NO_DATA };

const byOpcode: (ControlName | undefined)[] = [];
for (const name of Object.keys(controls) as ControlName[]) byOpcode[controls[name].opcode] = name;

/** The name of an opcode; undefined when it has no row in the table. */
export function controlByOpcode(opcode: number): ControlName | undefined {
  return byOpcode[opcode];
}

/** Whether `name` is answered at all; a type guard for dispatching. */
export function isLiveControl(name: ControlName): name is LiveControlName {
  return controls[name].live;
}

/** A row of the table with its types. */
export function controlRow<N extends ControlName>(
  name: N,
): ControlRow<ControlRequest<N>, ControlReply<N>> {
  return controls[name] as unknown as ControlRow<ControlRequest<N>, ControlReply<N>>;
}

/** The parts of the packet that asks `name` with `request`. */
export function encodeControlRequest<N extends ControlName>(
  name: N,
  request: ControlRequest<N>,
): ControlRequestParts {
  const row = controlRow(name);
  return row.requestIn === "srvid"
    ? { srvid: request as bigint, data: NO_DATA }
    : { srvid: 0n, data: encode(row.request, request) };
}

/**
 * The request in the parts of a packet. Throws `WireError` when the data is not what the control
 * takes, its enforced size included; the daemon answers that with status -1.
 */
export function decodeControlRequest<N extends ControlName>(
  name: N,
  parts: ControlRequestParts,
): ControlRequest<N> {
  const row = controlRow(name);
  if (row.requestIn === "srvid") return parts.srvid as ControlRequest<N>;
  return row.trailing === "ignored"
    ? decodeStart(row.request, parts.data)
    : decode(row.request, parts.data);
}

/** The parts of the packet that answers `name` with `reply`. */
export function encodeControlReply<N extends ControlName>(
  name: N,
  reply: ControlReply<N>,
): ControlReplyParts {
  const row = controlRow(name);
  if (controls[name].reply === nothing) return DONE;
  return row.replyIn === "status"
    ? { status: reply as number, data: NO_DATA }
    : { status: 0, data: encode(row.reply, reply) };
}

/**
 * The answer in the parts of a packet whose status is none of a failure (see
 * {@link isControlFailure}). Throws `WireError` when the data is not what the control returns.
 */
export function decodeControlReply<N extends ControlName>(
  name: N,
  parts: ControlReplyParts,
): ControlReply<N> {
  const row = controlRow(name);
  return row.replyIn === "status" ? parts.status as ControlReply<N> : decode(row.reply, parts.data);
}

/**
 * Whether a status says that the control failed: any but 0, or below 0 where the status is the
 * answer (GET_PNN, GET_PID, GET_RECMODE, PING, SET_TUNABLE).
 */
export function isControlFailure(name: ControlName, status: number): boolean {
  return controls[name].replyIn === "status" ? status < 0 : status !== 0;
}
