import type { Procedure } from "../base/mod.ts";
import type { ControlReply, ControlRequest, LiveControlName } from "../wire/mod.ts";
import type { ClusterClient, ControlOptions } from "./cluster-client.ts";

/** How a node's own control is sent. */
export type NodeControlOptions = Omit<ControlOptions, "signal">;

/**
 * The same controls and messages as a {@link ClusterClient}'s, for what runs inside of a node and
 * waits as a procedure does: recovery, elections, takeover runs.
 */
export interface NodeClient extends Pick<ClusterClient, "controlNoReply" | "message"> {
  /** The own pnn. */
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
    options?: NodeControlOptions,
  ): Procedure<ControlReply<N>>;

  /** Hands messages to `srvid` on this node to `handler` until the returned function is called. */
  subscribe(srvid: bigint, handler: (data: Uint8Array) => void): () => void;

  /** {@link subscribe} for a handler that keeps nothing of the bytes: they are not copied for it. */
  borrow(srvid: bigint, handler: (data: Uint8Array) => void): () => void;
}
