import { type ClusterClient, ControlError, type ControlOptions } from "../client/mod.ts";
import {
  type ControlReply,
  type ControlRequest,
  controls,
  decodeControlReply,
  encodeControlRequest,
  isControlFailure,
  type LiveControlName,
} from "../wire/mod.ts";
import type { ControlRouter, OutgoingControl } from "./control-router.ts";
import type { Messages } from "./messages.ts";
import type { NodeState } from "./node-state.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";

/** The daemon as its own client: how recovery and takeover act, without a socket in between. */
export class LocalClient implements ClusterClient {
  readonly #state: NodeState;
  readonly #controls: ControlRouter;
  readonly #messages: Messages;
  readonly #registry: SrvidRegistry;

  constructor(
    state: NodeState,
    controls: ControlRouter,
    messages: Messages,
    registry: SrvidRegistry,
  ) {
    this.#state = state;
    this.#controls = controls;
    this.#messages = messages;
    this.#registry = registry;
  }

  get pnn(): number {
    return this.#state.pnn;
  }

  control<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    options: ControlOptions = {},
  ): Promise<ControlReply<N>> {
    const { promise, resolve, reject } = Promise.withResolvers<ControlReply<N>>();
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(aborted(name, pnn));
    const onAbort = () => {
      sent.cancel();
      reject(aborted(name, pnn));
    };
    const outgoing = outgoingControl(name, request, options.srvid, options.flags);
    const sent = this.#controls.send(pnn, outgoing, (outcome) => {
      signal?.removeEventListener("abort", onAbort);
      if (isControlFailure(name, outcome.status)) {
        return reject(new ControlError(name, pnn, outcome.status, outcome.error));
      }
      try {
        resolve(decodeControlReply(name, outcome));
      } catch (error) {
        reject(error);
      }
    }, options.timeout_ms);
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  controlNoReply<N extends LiveControlName>(
    destination: number,
    name: N,
    request: ControlRequest<N>,
    srvid?: bigint,
  ): void {
    this.#controls.sendNoReply(destination, outgoingControl(name, request, srvid));
  }

  message(destination: number, srvid: bigint, data: Uint8Array): void {
    this.#messages.send(destination, srvid, data);
  }

  subscribe(srvid: bigint, handler: (data: Uint8Array) => void): Promise<() => void> {
    return Promise.resolve(this.register(srvid, handler));
  }

  /** {@link subscribe} at once. */
  register(srvid: bigint, handler: (data: Uint8Array) => void): () => void {
    const target = { deliver: (_srvid: bigint, data: Uint8Array) => handler(data) };
    this.#registry.register(srvid, target);
    return () => void this.#registry.deregister(srvid, target);
  }
}

function outgoingControl<N extends LiveControlName>(
  name: N,
  request: ControlRequest<N>,
  srvid?: bigint,
  flags = 0,
): OutgoingControl {
  const parts = encodeControlRequest(name, request);
  return {
    opcode: controls[name].opcode,
    srvid: srvid ?? parts.srvid,
    clientId: 0,
    flags,
    data: parts.data,
  };
}

function aborted(name: string, pnn: number): ControlError {
  return new ControlError(name, pnn, -1, "aborted");
}
