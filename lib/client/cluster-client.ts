import type { ControlReply, ControlRequest, LiveControlName } from "../wire/mod.ts";

/** How a control is sent. */
export interface ControlOptions {
  /** Give up after this; the default is the client's own. */
  readonly timeout_ms?: number;
  /** The header's srvid, a parameter of a few controls. */
  readonly srvid?: bigint;
  /** Control flags (`wire.md` 8.1) without NOREPLY. */
  readonly flags?: number;
  /** Stops waiting; the control may still take effect. */
  readonly signal?: AbortSignal;
}

/**
 * What a client of a daemon can do behind its Unix socket: tools and programs are written against
 * this. What runs inside of a node has the same as {@link NodeClient}.
 */
export interface ClusterClient {
  /** The local daemon's pnn. */
  readonly pnn: number;

  /**
   * Sends a control and waits for its reply.
   *
   * @param pnn the node that shall execute it
   * @throws {ControlError} a status that means failure for this control, time-out, dead node
   */
  control<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    options?: ControlOptions,
  ): Promise<ControlReply<N>>;

  /** Sends a control that is not answered, to a node or a broadcast destination. */
  controlNoReply<N extends LiveControlName>(
    destination: number,
    name: N,
    request: ControlRequest<N>,
    srvid?: bigint,
  ): void;

  /** Sends a message; nothing tells whether anybody got it. */
  message(destination: number, srvid: bigint, data: Uint8Array): void;

  /**
   * Hands messages to `srvid` on the local node to `handler` until the returned function is called.
   * `data` is the handler's to keep.
   */
  subscribe(srvid: bigint, handler: (data: Uint8Array) => void): Promise<() => void>;
}
