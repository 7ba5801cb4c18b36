import type { Codec } from "./codec.ts";
import { i32, nothing, restBytes, u64 } from "./primitives.ts";

/** What the table says of one control. */
export interface ControlRow<Q, A> {
  readonly opcode: number;
  /** The request. */
  readonly request: Codec<Q>;
  /** Where the request stands: "srvid" is the field of the header, and there is no data. */
  readonly requestIn: "data" | "srvid";
  /** The answer. */
  readonly reply: Codec<A>;
  /** Where the answer stands: "status" is the field of the header, negative for a failure. */
  readonly replyIn: "data" | "status";
  /**
   * Whether bytes after the request fail it. The C daemon ignores them here and there; where, was
   * found by asking 4.17.12.
   */
  readonly trailing: "refused" | "ignored";
  /**
   * Who sends it: "any" - any client or node, to any node; "local" - only a client to its own
   * daemon, which must know it; "daemon" - daemons and their helpers, to other daemons.
   */
  readonly from: "any" | "local" | "daemon";
  /** Sent with `ControlFlag.NOREPLY` always. */
  readonly noreply: boolean;
  /** The reply may wait for scripts, locks or other nodes. */
  readonly deferred: boolean;
  /** First release that knows it; older ones answer -1. */
  readonly since: "4.17" | "4.24" | "4.25";
}

/** A control that a daemon answers. */
export interface LiveControl<Q, A> extends ControlRow<Q, A> {
  readonly live: true;
}

/** A control that once was: answered with status -1. */
export interface ObsoleteControl extends ControlRow<Uint8Array, undefined> {
  readonly live: false;
}

type Traits = Partial<
  Pick<ControlRow<unknown, unknown>, "trailing" | "from" | "noreply" | "deferred" | "since">
>;

function row<Q, A>(
  opcode: number,
  request: Codec<Q>,
  reply: Codec<A>,
  requestIn: "data" | "srvid",
  replyIn: "data" | "status",
  traits: Traits,
): LiveControl<Q, A> {
  return {
    opcode,
    request,
    requestIn,
    reply,
    replyIn,
    trailing: "refused",
    from: "any",
    noreply: false,
    deferred: false,
    since: "4.17",
    ...traits,
    live: true,
  };
}

/** A row whose request and reply are data. */
export function control<Q, A>(
  opcode: number,
  request: Codec<Q>,
  reply: Codec<A>,
  traits: Traits = {},
): LiveControl<Q, A> {
  return row(opcode, request, reply, "data", "data", traits);
}

/** A row whose reply is the status. */
export function statusControl<Q>(
  opcode: number,
  request: Codec<Q>,
  traits: Traits = {},
): LiveControl<Q, number> {
  return row(opcode, request, i32, "data", "status", traits);
}

/** A row whose request is the srvid of the header. */
export function srvidControl(opcode: number, traits: Traits): LiveControl<bigint, undefined> {
  return row(opcode, u64, nothing, "srvid", "data", traits);
}

/** A row that is only a name. */
export function obsolete(opcode: number): ObsoleteControl {
  return { ...row(opcode, restBytes, nothing, "data", "data", {}), live: false };
}
