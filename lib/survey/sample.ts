import { ControlError, type ControlOptions, RequestTimeoutError } from "../client/mod.ts";
import { MAX_SAMPLE_QUESTIONS, MAX_SURVEYED_DATABASES } from "../limits/mod.ts";
import {
  type ControlReply,
  type ControlRequest,
  type DbStatistics,
  idText,
  INACTIVE_FLAGS,
  type LiveControlName,
  type NodeEntry,
  NodeFlag,
  RecoveryMode,
  type Statistics,
  UNKNOWN_PNN,
  type VnnMap,
} from "../wire/mod.ts";

/** A node as it was when it was looked at. */
export interface SampledNode {
  readonly pnn: number;
  readonly address: string;
  readonly flags: number;
  /** Absent when the node did not answer. */
  readonly statistics?: Statistics;
}

/** A database with the counters of every node that answered. */
export interface SampledDatabase {
  readonly id: number;
  readonly name: string;
  readonly flags: number;
  readonly statistics: ReadonlyMap<number, DbStatistics>;
}

/** A public address; without `pnn` nobody hosts it. */
export interface SampledAddress {
  readonly address: string;
  readonly pnn?: number;
}

/** The counters of a whole cluster at one moment. */
export interface Sample {
  /** On a monotonic clock. */
  readonly at_ms: number;
  /** The node whose view of the cluster this is. */
  readonly asked: number;
  readonly recovering: boolean;
  readonly vnnMap: VnnMap;
  /** Nodes that are not deleted. */
  readonly nodes: readonly SampledNode[];
  readonly databases: readonly SampledDatabase[];
  readonly addresses: readonly SampledAddress[];
}

/** A node that is slow to answer must not stop the picture of the others. */
const PATIENCE_MS = 3000;

/** How a sampler asks. */
export interface SampleSource {
  /** The node whose view is wanted. */
  readonly target: number;
  readonly timeLimit_ms: number;
  /** Asks what must be answered: a failure ends the sample. */
  ask<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
  ): Promise<ControlReply<N>>;
  /** Asks what may be refused. */
  send<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    options: ControlOptions,
  ): Promise<ControlReply<N>>;
}

/** Takes samples of the cluster that one node sees. */
export class Sampler {
  readonly #call: SampleSource;
  readonly #names = new Map<number, string>();

  constructor(call: SampleSource) {
    this.#call = call;
  }

  /** Asks all nodes at the same time. Fails only when the connection or the asked node does. */
  async take(): Promise<Sample> {
    const asked = this.#call.target;
    const [map, mode, vnnMap] = await Promise.all([
      this.#call.ask(asked, "GET_NODEMAP", undefined),
      this.#call.ask(asked, "GET_RECMODE", undefined),
      this.#call.ask(asked, "GETVNNMAP", undefined),
    ]);
    const present = map.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0);
    const [recovering, nodes, databases, addresses] = await Promise.all([
      this.#recovering(map, mode),
      Promise.all(present.map((node) => this.#node(node))),
      this.#databases(pnnsWithout(present, INACTIVE_FLAGS)),
      this.#addresses(pnnsWithout(present, INACTIVE_FLAGS)),
    ]);
    const at_ms = performance.now();
    return { at_ms, asked, recovering, vnnMap, nodes, databases, addresses };
  }

  /** A node that is stopped or banned stays in recovery mode, whatever the cluster does: others know. */
  async #recovering(map: readonly NodeEntry[], mode: number): Promise<boolean> {
    const { target } = this.#call;
    const own = mode !== RecoveryMode.NORMAL;
    const active = pnnsWithout(map, INACTIVE_FLAGS | NodeFlag.DISCONNECTED | NodeFlag.DELETED);
    if (!own || active.includes(target)) return own;
    const modes = await this.#onEach(active, "GET_RECMODE", undefined);
    if (modes.size === 0) return own;
    return [...modes.values()].some((other) => other !== RecoveryMode.NORMAL);
  }

  async #node({ pnn, flags, address: { address } }: NodeEntry): Promise<SampledNode> {
    const node = { pnn, flags, address };
    if ((flags & NodeFlag.DISCONNECTED) !== 0) return node;
    const statistics = await this.#try(pnn, "STATISTICS", undefined);
    return statistics === undefined ? node : { ...node, statistics };
  }

  async #databases(pnns: readonly number[]): Promise<readonly SampledDatabase[]> {
    const map = await this.#try(this.#call.target, "GET_DBMAP", undefined) ?? [];
    const shown = map.slice(0, MAX_SURVEYED_DATABASES);
    const asked = shown.length * pnns.length <= MAX_SAMPLE_QUESTIONS ? pnns : [this.#call.target];
    const described = shown.map(async ({ dbId, flags }) => {
      const statistics = await this.#onEach(asked, "GET_DB_STATISTICS", dbId);
      return { id: dbId, name: await this.#name(dbId), flags, statistics };
    });
    return await Promise.all(described);
  }

  /** The name of a database, which never changes. */
  async #name(id: number): Promise<string> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const name = await this.#try(this.#call.target, "GET_DBNAME", id);
    if (name === undefined) return idText(id);
    if (this.#names.size < MAX_SURVEYED_DATABASES) this.#names.set(id, name);
    return name;
  }

  /** Only a node's own claim says where an address is. */
  async #addresses(pnns: readonly number[]): Promise<readonly SampledAddress[]> {
    const answers = await this.#onEach(pnns, "GET_PUBLIC_IPS", undefined);
    const holders = new Map<string, number>();
    for (const [pnn, ips] of answers) {
      for (const { address: { address }, pnn: holder } of ips) {
        if (holder === pnn) holders.set(address, pnn);
        else if (!holders.has(address)) holders.set(address, UNKNOWN_PNN);
      }
    }
    return [...holders].map(([address, pnn]) =>
      pnn === UNKNOWN_PNN ? { address } : { address, pnn }
    );
  }

  async #onEach<N extends LiveControlName>(
    pnns: readonly number[],
    name: N,
    request: ControlRequest<N>,
  ): Promise<ReadonlyMap<number, ControlReply<N>>> {
    const answers = new Map<number, ControlReply<N>>();
    await Promise.all(pnns.map(async (pnn) => {
      const answer = await this.#try(pnn, name, request);
      if (answer !== undefined) answers.set(pnn, answer);
    }));
    return answers;
  }

  async #try<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
  ): Promise<ControlReply<N> | undefined> {
    const timeout_ms = Math.min(this.#call.timeLimit_ms, PATIENCE_MS);
    try {
      return await this.#call.send(pnn, name, request, { timeout_ms });
    } catch (error) {
      if (error instanceof ControlError || error instanceof RequestTimeoutError) return undefined;
      throw error;
    }
  }
}

function pnnsWithout(nodes: readonly NodeEntry[], flags: number): readonly number[] {
  return nodes.filter((node) => (node.flags & flags) === 0).map(({ pnn }) => pnn);
}
