import { ByteReader, ByteWriter } from "./bytes.ts";
import { at, type Codec, decode, list, struct } from "./codec.ts";
import { WireError } from "./errors.ts";
import { i32, strn, strnLenient, strnOrNull, timeValue, u32 } from "./primitives.ts";

/** Commands of the event daemon (wire.md 12). */
export const EventCommand = { RUN: 1, STATUS: 2, SCRIPT: 3 } as const;

/** Flag of RUN: run all scripts, do not stop at the first that fails. */
export const EVENT_RUN_ALL = 1;

/** Run the scripts of an event. */
export interface EventdRun {
  readonly command: typeof EventCommand.RUN;
  /** The daemon's is `legacy`. */
  readonly component: string;
  readonly event: string;
  /** Separated by blanks. `null` and "" both are none, but differ on the wire. */
  readonly args: string | null;
  readonly timeout_s: number;
  /** {@link EVENT_RUN_ALL} or 0. */
  readonly flags: number;
}

/** Ask how the last run of an event went. */
export interface EventStatus {
  readonly command: typeof EventCommand.STATUS;
  readonly component: string;
  readonly event: string;
}

/** Enable or disable a script. */
export interface EventScript {
  readonly command: typeof EventCommand.SCRIPT;
  readonly component: string;
  readonly script: string;
  /** 1 enables, 0 disables. */
  readonly action: number;
}

/** Any request to the event daemon. */
export type EventdRequest = EventdRun | EventStatus | EventScript;

/** How one script went. */
export interface EventScriptResult {
  readonly name: string;
  /** Microseconds since the epoch. */
  readonly begin: bigint;
  /** Microseconds since the epoch. */
  readonly end: bigint;
  /** 0, an exit code, or negative: -errno (-110 timed out, -8 disabled, -61 not run). */
  readonly result: number;
  readonly output: string;
}

/** How an event went. */
export interface EventSummary {
  readonly summary: number;
  readonly scripts: readonly EventScriptResult[];
}

/** Any reply of the event daemon. */
export interface EventReply {
  readonly command: EventdRequest["command"];
  /** 0 or a positive errno. */
  readonly result: number;
  /** With STATUS and result 0, and only then. */
  readonly status: EventSummary | null;
}

/** A request or reply with the number that ties them together. */
export interface EventFrame<T> {
  readonly reqid: number;
  readonly body: T;
}

const HEADER_SIZE = 16;

const runBody: Codec<Omit<EventdRun, "command">> = struct<Omit<EventdRun, "command">>({
  component: strn,
  event: strn,
  args: strnOrNull,
  timeout_s: u32,
  flags: u32,
});

const statusBody: Codec<Omit<EventStatus, "command">> = struct<Omit<EventStatus, "command">>({
  component: strn,
  event: strn,
});

const scriptBody: Codec<Omit<EventScript, "command">> = struct<Omit<EventScript, "command">>({
  component: strn,
  script: strn,
  action: u32,
});

const eventSummary: Codec<EventSummary> = struct<EventSummary>({
  summary: at(0, i32),
  scripts: at(
    4,
    list(struct<EventScriptResult>({
      name: strn,
      begin: timeValue,
      end: timeValue,
      result: i32,
      output: strnLenient,
    })),
  ),
});

/** The frame of a request: exact length, no pad. */
export function encodeEventRequest(reqid: number, request: EventdRequest): Uint8Array<ArrayBuffer> {
  return encodeFrame(reqid, request.command, (w) => {
    switch (request.command) {
      case EventCommand.RUN:
        return runBody.write(w, request);
      case EventCommand.STATUS:
        return statusBody.write(w, request);
      case EventCommand.SCRIPT:
        return scriptBody.write(w, request);
    }
  });
}

/** The request in a whole frame. Throws {@link WireError}. */
export function decodeEventRequest(frame: Uint8Array): EventFrame<EventdRequest> {
  const { reqid, command, body } = decodeFrame(frame);
  switch (command) {
    case EventCommand.RUN:
      return { reqid, body: { command, ...decode(runBody, body) } };
    case EventCommand.STATUS:
      return { reqid, body: { command, ...decode(statusBody, body) } };
    case EventCommand.SCRIPT:
      return { reqid, body: { command, ...decode(scriptBody, body) } };
  }
}

/** The frame of a reply. */
export function encodeEventReply(reqid: number, reply: EventReply): Uint8Array<ArrayBuffer> {
  const hasStatus = reply.command === EventCommand.STATUS && reply.result === 0;
  if (hasStatus !== (reply.status !== null)) {
    throw new WireError(
      "value",
      `encode event reply to command ${reply.command} with result ${reply.result}, status: ${
        reply.status === null ? "none" : "some"
      }`,
    );
  }
  return encodeFrame(reqid, reply.command, (w) => {
    w.i32(reply.result);
    if (reply.status !== null) eventSummary.write(w, reply.status);
  });
}

/** The reply in a whole frame. Throws {@link WireError}. */
export function decodeEventReply(frame: Uint8Array): EventFrame<EventReply> {
  const { reqid, command, body } = decodeFrame(frame);
  const result = new ByteReader(body).i32();
  const rest = body.subarray(4);
  if (command === EventCommand.STATUS && result === 0) {
    return { reqid, body: { command, result, status: decode(eventSummary, rest) } };
  }
  if (rest.byteLength > 0) {
    throw new WireError("trailing", `decode event reply, bytes left over: ${rest.byteLength}`);
  }
  return { reqid, body: { command, result, status: null } };
}

function encodeFrame(
  reqid: number,
  command: number,
  writeBody: (w: ByteWriter) => void,
): Uint8Array<ArrayBuffer> {
  const w = new ByteWriter();
  w.u32(0);
  w.u32(0); // the version, which is 0 whatever the C daemon's constant says
  w.u32(reqid);
  w.u32(command);
  writeBody(w);
  w.patchU32(0, w.offset);
  return w.finish();
}

function decodeFrame(
  frame: Uint8Array,
): { reqid: number; command: EventdRequest["command"]; body: Uint8Array } {
  const r = new ByteReader(frame);
  const length = r.u32();
  if (length !== frame.byteLength) {
    throw new WireError("length", `decode event frame of ${frame.byteLength}, length: ${length}`);
  }
  r.u32();
  const reqid = r.u32();
  const command = r.u32();
  if (
    command !== EventCommand.RUN && command !== EventCommand.STATUS &&
    command !== EventCommand.SCRIPT
  ) {
    throw new WireError("operation", `decode event frame, command: ${command}`);
  }
  return { reqid, command, body: frame.subarray(HEADER_SIZE) };
}
