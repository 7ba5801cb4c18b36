import { type Packet, PlacedMessage } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";
import type { Turns } from "./turns.ts";

/** What messages travel with. */
interface Ports {
  readonly state: NodeState;
  readonly registry: SrvidRegistry;
  readonly turns: Turns;
  readonly sendToNode: (pnn: number, packet: Packet) => void;
}

/** Memory for messages to the own node that are no larger than this is used again. */
const REUSED_BYTES = 64 * 1024;
/** As much as a recovery has under way to its own node in a turn or two. */
const KEPT_BUFFERS = 16;

/** Sends messages: to the own node, to others, to all (`records.md` 15.2). */
export class Messages {
  readonly #ports: Ports;
  readonly #spare: Uint8Array[] = [];

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** From a client: the own node's share is delivered at once unless it is a broadcast's. */
  fromClient(message: PlacedMessage): void {
    const { state, registry } = this.#ports;
    const pnn = state.resolve(message.destnode);
    if (pnn === state.pnn) registry.dispatch(message);
    else if (pnn < state.nodes.size) this.#pass(pnn, message);
    else this.#passToAll(pnn, message);
  }

  /** By the daemon itself; the own node gets its share in a later turn. */
  send(destination: number, srvid: bigint, data: Uint8Array): void {
    this.#passToAll(destination, PlacedMessage.of(srvid, data));
  }

  #passToAll(destination: number, message: PlacedMessage): void {
    const { state } = this.#ports;
    for (const pnn of state.expand(destination)) {
      if (pnn === state.pnn) this.#deliverLater(message.srvid, message.data);
      else this.#pass(pnn, message);
    }
  }

  #pass(pnn: number, message: PlacedMessage): void {
    const { state, sendToNode } = this.#ports;
    sendToNode(pnn, message.address(state.generation, pnn, state.pnn));
  }

  #deliverLater(srvid: bigint, data: Uint8Array): void {
    const { registry, turns } = this.#ports;
    const kept = this.#copy(data);
    turns.defer(() => {
      registry.dispatch(PlacedMessage.of(srvid, kept));
      this.#giveBack(kept);
    });
  }

  /** A copy of a message until it is delivered: nobody keeps its bytes. */
  #copy(data: Uint8Array): Uint8Array {
    const { length } = data;
    if (length < REUSED_BYTES / 2 || length > REUSED_BYTES) return data.slice();
    const copy = (this.#spare.pop() ?? new Uint8Array(REUSED_BYTES)).subarray(0, length);
    copy.set(data);
    return copy;
  }

  #giveBack(copy: Uint8Array): void {
    const { buffer } = copy;
    if (buffer.byteLength !== REUSED_BYTES || this.#spare.length >= KEPT_BUFFERS) return;
    this.#spare.push(new Uint8Array(buffer));
  }
}
