import { nullLogger, type Procedure, wait } from "../../../lib/base/mod.ts";
import { ControlError, type NodeControlOptions } from "../../../lib/client/mod.ts";
import type { TakeoverContext } from "../../../lib/failover/mod.ts";
import {
  ControlFlag,
  type ControlReply,
  type ControlRequest,
  defaultTunables,
  type LiveControlName,
  NodeFlag,
  parseSocketAddress,
  type PublicIp,
  type TunableValues,
  UNKNOWN_PNN,
} from "../../../lib/wire/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

/** A node as the leader sees it: what it would answer. */
export interface FakeNode {
  flags: number;
  /** Opinion of the holder of each known address. */
  readonly known: Map<string, number>;
  readonly available: Set<string>;
}

/** One control that was sent. */
export interface SentControl {
  readonly name: string;
  readonly pnn: number;
  readonly at: number;
  readonly ip?: PublicIp;
}

/** What a control shall do instead of what it would: a status, or no answer at all. */
export type Fault = number | "silent";

/**
 * A cluster behind the controls of a takeover run. Nodes carry out what they are told, except where
 * `faults` says something else, by `NAME pnn` or `NAME pnn address`.
 */
export class FakeCluster {
  readonly clock = new VirtualClock();
  readonly nodes: FakeNode[] = [];
  readonly sent: SentControl[] = [];
  readonly messages: { destination: number; srvid: bigint; data: Uint8Array }[] = [];
  readonly faults = new Map<string, Fault>();
  tunables: TunableValues = defaultTunables;

  constructor(nodes: number, addresses: readonly string[]) {
    for (let pnn = 0; pnn < nodes; pnn++) {
      this.nodes.push({
        flags: 0,
        known: new Map(addresses.map((address) => [address, UNKNOWN_PNN])),
        available: new Set(addresses),
      });
    }
  }

  /** The context of a run on node 0. */
  context(more: Partial<TakeoverContext> = {}): TakeoverContext {
    const context: TakeoverContext = {
      client: {
        pnn: 0,
        control: (pnn, name, request, options) => this.#control(pnn, name, request, options),
        message: (destination, srvid, data) =>
          void this.messages.push({ destination, srvid, data }),
      },
      clock: this.clock,
      log: nullLogger,
      failoverDisabled: false,
      forceRebalance: [],
      readHomeNodes: (done) => done([]),
    };
    return { ...context, ...more };
  }

  /** The names of the controls sent, each stage once, in order. */
  stages(): string[] {
    return this.sent.map(({ name }) => name).filter((name, i, all) => name !== all[i - 1]);
  }

  /** Nodes that hold each address by their own report. */
  holders(): Record<string, number[]> {
    const holders: Record<string, number[]> = {};
    this.nodes.forEach(({ known }, pnn) => {
      for (const [address, holder] of known) {
        (holders[address] ??= []).push(...(holder === pnn ? [pnn] : []));
      }
    });
    return holders;
  }

  fail(node: number): void {
    this.nodes[node]!.available.clear();
    this.nodes[node]!.flags |= NodeFlag.UNHEALTHY;
  }

  *#control<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    options: NodeControlOptions = {},
  ): Procedure<ControlReply<N>> {
    const ip = name === "RELEASE_IP" || name === "TAKEOVER_IP" ? request as PublicIp : undefined;
    this.sent.push({ name, pnn, at: this.clock.now(), ...(ip === undefined ? {} : { ip }) });
    const own = `${name} ${pnn}`;
    const fault = this.faults.get(own) ?? this.faults.get(`${own} ${ip?.address.address}`);
    if (fault === "silent") return yield* this.#silence(pnn, name, options);
    if (fault !== undefined) throw new ControlError(name, pnn, fault, "");
    return this.#answer(pnn, name, ip, options.flags ?? 0) as ControlReply<N>;
  }

  #silence(pnn: number, name: string, { timeout_ms }: NodeControlOptions): Procedure<never> {
    return wait((_done, failed) => {
      const giveUp = () => failed(new ControlError(name, pnn, -1, "timed out"));
      const timer = this.clock.setTimer(timeout_ms ?? Infinity, giveUp);
      return () => timer.cancel();
    });
  }

  #answer(pnn: number, name: LiveControlName, ip: PublicIp | undefined, flags: number): unknown {
    const node = this.nodes[pnn]!;
    if (name === "GET_ALL_TUNABLES") return this.tunables;
    if (name === "GET_NODEMAP") {
      const address = parseSocketAddress("127.0.0.1", 4379);
      return this.nodes.map((entry, i) => ({ pnn: i, flags: entry.flags, address }));
    }
    if (name === "GET_PUBLIC_IPS") {
      const only = (flags & ControlFlag.PUBLIC_IP_ONLY_AVAILABLE) !== 0;
      return [...node.known]
        .filter(([address]) => !only || node.available.has(address))
        .map(([address, holder]) => ({ pnn: holder, address: parseSocketAddress(address) }));
    }
    if (ip !== undefined && node.known.has(ip.address.address)) {
      node.known.set(ip.address.address, ip.pnn);
    }
    return undefined;
  }
}
