import type { Logger } from "../base/mod.ts";
import type { Packet, ReqTunnel } from "../wire/mod.ts";
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

  fromClient(packet: ReqTunnel): void {
    const { state, log, turns } = this.#ports;
    const { destnode, tunnelId } = packet;
    if (destnode >= state.nodes.size || !this.#owners.has(tunnelId)) {
      log.outside.warning(
        `Dropped tunnel packet to node ${destnode}: tunnel ${tunnelId.toString(16)}`,
      );
      return;
    }
    if (destnode === state.pnn) turns.defer(() => this.deliver(packet));
    else this.#ports.sendToNode(destnode, this.#packet(packet, destnode));
  }

  /** Hands a packet to the client that registered its tunnel. */
  deliver(packet: ReqTunnel): void {
    const owner = this.#owners.get(packet.tunnelId);
    if (owner === undefined) {
      this.#ports.log.outside.warning(
        `Dropped tunnel packet: nobody has ${packet.tunnelId.toString(16)}`,
      );
      return;
    }
    owner.send(this.#packet(packet, 0));
  }

  #packet(packet: ReqTunnel, destnode: number): ReqTunnel {
    const { generation, pnn } = this.#ports.state;
    return { ...packet, generation, destnode, srcnode: pnn, reqid: 0 };
  }
}
