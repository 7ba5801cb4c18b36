import { type Logger, messageOf, run } from "../base/mod.ts";
import type { NodeClient } from "../client/mod.ts";
import type { Leadership, LocalNode } from "../membership/mod.ts";
import {
  decode,
  disableMessage,
  encode,
  flagChange,
  i32,
  Srvid,
  SRVID_RECOVERY_NEEDED,
  srvidMessage,
  u32,
} from "../wire/mod.ts";
import { pushFlags } from "./flag-sync.ts";
import type { OperationGate } from "./operation-gate.ts";
import type { TakeoverRequests } from "./takeover-requests.ts";

/** What the message handlers act on. */
interface Ports {
  readonly local: LocalNode;
  readonly client: NodeClient;
  readonly leadership: Leadership;
  readonly log: Logger;
  readonly recoveries: OperationGate;
  readonly takeovers: OperationGate;
  readonly requests: TakeoverRequests;
  /** Gives a node the credits of a failed takeover run. */
  readonly blame: (pnn: number) => void;
  readonly wake: () => void;
  /** What `ctdb rddumpmemory` shows. */
  readonly memoryReport: () => string;
}

/** The messages that a recovery daemon listens to (`cluster.md` section 0 and 9). */
export class RecoveryMessages {
  readonly #ports: Ports;
  #subscriptions: (() => void)[] = [];

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  start(): void {
    const { client, log } = this.#ports;
    const handlers: [bigint, (data: Uint8Array) => void][] = [
      [Srvid.BANNING, (data) => this.#banning(data)],
      [Srvid.PUSH_NODE_FLAGS, (data) => this.#pushNodeFlags(data)],
      [Srvid.TAKEOVER_RUN, (data) => this.#takeoverRun(data)],
      [Srvid.REBALANCE_NODE, (data) => this.#rebalance(data)],
      [Srvid.DISABLE_TAKEOVER_RUNS, (data) => this.#disable(this.#ports.takeovers, data)],
      [Srvid.DISABLE_RECOVERIES, (data) => this.#disable(this.#ports.recoveries, data)],
      [Srvid.DISABLE_IP_CHECK, (data) => void this.#ports.takeovers.disable(decode(u32, data))],
      [Srvid.MEM_DUMP, (data) => this.#memoryDump(data)],
      [SRVID_RECOVERY_NEEDED, () => this.#recoveryNeeded()],
      [Srvid.SET_NODE_FLAGS, () => log.warning("Ignored message SET_NODE_FLAGS: it is obsolete")],
    ];
    for (const [srvid, handler] of handlers) {
      this.#subscriptions.push(
        client.subscribe(srvid, (data) => {
          try {
            handler(data);
          } catch (error) {
            log.error(`Message 0x${srvid.toString(16)}: ${messageOf(error)}`);
          }
        }),
      );
    }
  }

  stop(): void {
    for (const cancel of this.#subscriptions.splice(0)) cancel();
  }

  #banning(data: Uint8Array): void {
    if (this.#ports.leadership.isLeader) this.#ports.blame(decode(u32, data));
  }

  /** The own node's health changed: everybody shall know, without waiting for the leader's loop. */
  #pushNodeFlags(data: Uint8Array): void {
    const { pnn, newFlags } = decode(flagChange, data);
    run(pushFlags(this.#ports, pnn, newFlags), {
      failed: (error) => this.#ports.log.error(`Push flags of node ${pnn}: ${messageOf(error)}`),
    });
  }

  #takeoverRun(data: Uint8Array): void {
    this.#ports.requests.add(decode(srvidMessage, data));
    if (this.#ports.leadership.isLeader) this.#ports.wake();
  }

  /** It looks at all nodes itself, so that it matters little who says this, and why. */
  #recoveryNeeded(): void {
    if (this.#ports.leadership.isLeader) this.#ports.wake();
  }

  #memoryDump(data: Uint8Array): void {
    const { pnn, srvid } = decode(srvidMessage, data);
    // With its NUL: the C tool prints what it gets as a string.
    const text = new TextEncoder().encode(`${this.#ports.memoryReport()}\0`);
    this.#ports.client.message(pnn, srvid, text);
  }

  #rebalance(data: Uint8Array): void {
    if (this.#ports.leadership.isLeader) this.#ports.requests.addRebalance(decode(u32, data));
  }

  #disable(gate: OperationGate, data: Uint8Array): void {
    const { pnn, srvid, timeout_s } = decode(disableMessage, data);
    const result = gate.disable(timeout_s);
    if (srvid === 0n) return;
    const { client } = this.#ports;
    client.message(pnn, srvid, encode(i32, result === 0 ? client.pnn : result));
  }
}
