import type { Clock } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import type { ElectionMessage } from "../wire/mod.ts";
import { winsAgainst } from "./election.ts";
import type { LocalNode } from "./local-node.ts";

/** What {@link Ballot} stands on. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly clock: Clock;
}

/** What this node says of itself in an election without a cluster lock (`wire.md` 10.21). */
export class Ballot {
  readonly #ports: Ports;
  #priorityTime_us: bigint;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#priorityTime_us = ports.clock.wallTime();
  }

  /** Whoever comes back is the youngest. */
  resetPriority(): void {
    this.#priorityTime_us = this.#ports.clock.wallTime();
  }

  /** What is sent to all; one that may not lead says so. */
  message(eligible: boolean): ElectionMessage {
    const { client, local, clock } = this.#ports;
    return {
      numConnected: eligible ? local.nodes.connected().length : 0,
      priorityTime: eligible ? this.#priorityTime_us : clock.wallTime(),
      pnn: client.pnn,
      nodeFlags: local.nodes.ownFlags,
    };
  }

  /** Whether this node beats the sender of a message. */
  wins(eligible: boolean, message: ElectionMessage): boolean {
    const { pnn } = this.#ports.client;
    const priorityTime_us = this.#priorityTime_us;
    return winsAgainst({ canBeLeader: eligible, pnn, priorityTime_us }, message);
  }
}

/** Who cannot lead sends no number of connected nodes. */
export function canLead({ numConnected }: ElectionMessage): boolean {
  return numConnected > 0;
}
