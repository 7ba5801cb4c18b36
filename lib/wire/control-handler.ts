import type { ControlName, ControlReply, ControlRequest } from "./control-codec.ts";

/** Who a control came from; decides what it may do and where a late answer goes. */
export interface ControlOrigin {
  /** The node that sent it: the own pnn for local clients. */
  readonly srcnode: number;
  /** The client it is on behalf of: 0 when a daemon sent it by itself. */
  readonly clientId: number;
  /** Control flags (`wire.md` 8.1). */
  readonly flags: number;
  /** The header's srvid parameter. */
  readonly srvid: bigint;
}

/** Answers a control: `status` 0 with a value, or another status with a text. Called exactly once. */
export type ControlAnswer<N extends ControlName> = (
  status: number,
  value?: ControlReply<N>,
  error?: string,
) => void;

/** What a daemon does with a decoded control. It answers at once, or keeps `reply` for later. */
export type ControlHandler<N extends ControlName> = (
  request: ControlRequest<N>,
  origin: ControlOrigin,
  reply: ControlAnswer<N>,
) => void;

/** Handlers for some of the controls, by name. */
export type ControlHandlers<N extends ControlName> = { readonly [K in N]: ControlHandler<K> };
