import { wait } from "../base/mod.ts";
import { ControlError, type NodeClient } from "../client/mod.ts";
import {
  type ControlReply,
  type ControlRequest,
  controls,
  decodeControlReply,
  encodeControlRequest,
  isControlFailure,
  type LiveControlName,
  type PlacedMessage,
} from "../wire/mod.ts";
import type { ControlRouter, OutgoingControl } from "./control-router.ts";
import type { Messages } from "./messages.ts";
import type { NodeState } from "./node-state.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";

/** The daemon as its own client: how recovery and takeover act, without a socket in between. */
export class LocalClient implements NodeClient {
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

  readonly control: NodeClient["control"] = (pnn, name, request, options = {}) =>
    wait((done, failed) => {
      const outgoing = outgoingControl(name, request, options.srvid, options.flags);
      const sent = this.#controls.send(pnn, outgoing, (outcome) => {
        if (isControlFailure(name, outcome.status)) {
          return failed(new ControlError(name, pnn, outcome.status, outcome.error));
        }
        let reply: ControlReply<typeof name>;
        try {
          reply = decodeControlReply(name, outcome);
        } catch (error) {
          return failed(error);
        }
        done(reply);
      }, options.timeout_ms);
      return () => sent.cancel();
    });

  readonly controlNoReply: NodeClient["controlNoReply"] = (destination, name, request, srvid) =>
    this.#controls.sendNoReply(destination, outgoingControl(name, request, srvid));

  message(destination: number, srvid: bigint, data: Uint8Array): void {
    this.#messages.send(destination, srvid, data);
  }

  subscribe(srvid: bigint, handler: (data: Uint8Array) => void): () => void {
    // A copy: the message lies in memory of the transport, and handlers keep parts of it.
    return this.borrow(srvid, (data) => handler(data.slice()));
  }

  borrow(srvid: bigint, handler: (data: Uint8Array) => void): () => void {
    const target = { deliver: ({ data }: PlacedMessage) => handler(data) };
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
