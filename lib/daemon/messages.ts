import { Operation, type Packet, type ReqMessage } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";
import type { Turns } from "./turns.ts";

/** What messages travel with. */
export interface MessagePorts {
  readonly state: NodeState;
  readonly registry: SrvidRegistry;
  readonly turns: Turns;
  readonly sendToNode: (pnn: number, packet: Packet) => void;
}

/** The packet that a local client gets; its header shows only the own node (`wire.md` 2.7). */
export function messageForClient(state: NodeState, srvid: bigint, data: Uint8Array): ReqMessage {
  return messagePacket(state, 0, srvid, data);
}

/** Sends messages: to the own node, to others, to all (`records.md` 15.2). */
export class Messages {
  readonly #ports: MessagePorts;

  constructor(ports: MessagePorts) {
    this.#ports = ports;
  }

  /** From a client: the own node's share is delivered at once unless it is a broadcast's. */
  fromClient(destination: number, srvid: bigint, data: Uint8Array): void {
    const { state, registry } = this.#ports;
    if (state.resolve(destination) === state.pnn) registry.dispatch(srvid, data);
    else this.send(destination, srvid, data);
  }

  /** By the daemon itself; the own node gets its share in a later turn. */
  send(destination: number, srvid: bigint, data: Uint8Array): void {
    const { state, registry, turns } = this.#ports;
    for (const pnn of state.expand(destination)) {
      if (pnn === state.pnn) {
        const kept = data.slice();
        turns.defer(() => registry.dispatch(srvid, kept));
      } else {
        this.#ports.sendToNode(pnn, messagePacket(state, pnn, srvid, data));
      }
    }
  }
}

function messagePacket(
  state: NodeState,
  destnode: number,
  srvid: bigint,
  data: Uint8Array,
): ReqMessage {
  return {
    operation: Operation.REQ_MESSAGE,
    generation: state.generation,
    destnode,
    srcnode: state.pnn,
    reqid: 0,
    srvid,
    data,
  };
}
