import { assertInvariant, type Logger } from "../base/mod.ts";
import { decodePacket, Operation, type Packet, type ReqTunnel } from "../wire/mod.ts";
import type { ClientSession } from "./client-session.ts";
import type { NodeState } from "./node-state.ts";
import type { Turns } from "./turns.ts";

/** What tunnels are made with. */
interface Ports {
  readonly state: NodeState;
  readonly turns: Turns;
  readonly log: Logger;
  readonly sendToNode: (pnn: number, packet: Packet) => void;
}

/** Opaque packets between one client per tunnel id and node (`records.md` 15.7). */
export class Tunnels {
  readonly #ports: Ports;
  readonly #owners = new Map<bigint, ClientSession>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** False when the id is taken on this node. */
  register(id: bigint, session: ClientSession): boolean {
    if (this.#owners.has(id)) return false;
    this.#owners.set(id, session);
    session.tunnels.add(id);
    return true;
  }

  /** False when `session` does not own the id. */
  deregister(id: bigint, session: ClientSession): boolean {
    if (this.#owners.get(id) !== session) return false;
    this.#owners.delete(id);
    session.tunnels.delete(id);
    return true;
  }

  clientGone(session: ClientSession): void {
    for (const id of [...session.tunnels]) this.deregister(id, session);
  }

  /** A packet of a client, whose frame's memory is the transport's again after this call. */
  fromClient(frame: Uint8Array): void {
    const { state, log, turns } = this.#ports;
    const packet = tunnelPacket(frame);
    const { destnode, tunnelId } = packet;
    if (destnode >= state.nodes.size || !this.#owners.has(tunnelId)) {
      log.outside.warning(
        `Dropped tunnel packet to node ${destnode}: tunnel ${tunnelId.toString(16)}`,
      );
      return;
    }
    if (destnode !== state.pnn) {
      return void this.#ports.sendToNode(destnode, this.#addressed(packet, destnode));
    }
    const kept = frame.slice();
    turns.defer(() => this.deliver(kept));
  }

  /** Hands a packet to the client that registered its tunnel. */
  deliver(frame: Uint8Array): void {
    const packet = tunnelPacket(frame);
    const owner = this.#owners.get(packet.tunnelId);
    if (owner === undefined) {
      this.#ports.log.outside.warning(
        `Dropped tunnel packet: nobody has ${packet.tunnelId.toString(16)}`,
      );
      return;
    }
    owner.send(this.#addressed(packet, 0));
  }

  #addressed({ tunnelId, flags, data }: ReqTunnel, destnode: number): ReqTunnel {
    const { generation, pnn } = this.#ports.state;
    const operation = Operation.REQ_TUNNEL;
    return { operation, generation, destnode, srcnode: pnn, reqid: 0, tunnelId, flags, data };
  }
}

/** The packet in a frame of that operation; its data is a view of the frame. */
function tunnelPacket(frame: Uint8Array): ReqTunnel {
  const packet = decodePacket(frame);
  assertInvariant(packet.operation === Operation.REQ_TUNNEL, `tunnel packet: ${packet.operation}`);
  return packet;
}
