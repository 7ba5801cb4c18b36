import type { Clock, Logger } from "../../base/mod.ts";
import { messageOf } from "../../base/mod.ts";
import { type ClusterClient, ControlError, type ControlOptions } from "../../client/mod.ts";
import {
  ControlFlag,
  type ControlReply,
  type ControlRequest,
  encode,
  type LiveControlName,
  type NodeEntry,
  parseSocketAddress,
  type PublicIp,
  Srvid,
  u32,
} from "../../wire/mod.ts";
import {
  allocate,
  type Allocation,
  type Assignment,
  explainInWords,
  type HomeNode,
  IpAllocAlgorithm,
  NOBODY,
  type NodeReport,
  nothingToAllocate,
} from "../ipalloc/mod.ts";
import { connectedNodes, nodeReports, possibleHosts } from "./reports.ts";
import { RunCredits } from "./run-credits.ts";
import { askAll, TakeoverError } from "./stage.ts";

/** Limit for the first question, whose answer has the limit of the others. */
const TUNABLES_TIMEOUT_MS = 9000;
/** All stages behind the calculation share so many times TakeoverTimeout. */
const STAGES_TIMEOUT_FACTOR = 3;
/** What a node of 4.17 answers to a control that it does not know. */
const STATUS_UNKNOWN_CONTROL = -1;

/** What a takeover run needs from the node that leads. */
export interface TakeoverContext {
  /** Controls to all nodes, messages to the own one. `control` throws {@link ControlError}s. */
  readonly client: Pick<ClusterClient, "pnn" | "control" | "message">;
  readonly clock: Clock;
  readonly log: Logger;
  /** `[failover] disabled = true`: only IPREALLOCATED is sent. */
  readonly failoverDisabled: boolean;
  /** Nodes that LCP2 shall treat as rebalance targets. */
  readonly forceRebalance: readonly number[];
  /** The home_nodes file, read anew for each run of the deterministic algorithm. */
  readonly readHomeNodes: () => Promise<readonly HomeNode[]>;
  /** Aborted when this node stops being leader. */
  readonly signal?: AbortSignal;
}

/** What a run that succeeded decided; no allocation where there was nothing to allocate. */
export interface TakeoverResult {
  readonly allocation?: Allocation;
}

/**
 * One takeover run (`failover.md` 5): asks who knows and who could host which address, decides, has
 * the addresses released and taken, and tells everybody that it is over.
 *
 * @throws {TakeoverError} a stage failed, or the run was aborted. Unless it was aborted, the node
 * that is most to blame has been reported to the own recovery daemon by message BANNING.
 */
export async function takeoverRun(context: TakeoverContext): Promise<TakeoverResult> {
  const run = new TakeoverRun(context);
  try {
    return await run.execute();
  } catch (error) {
    if (context.signal?.aborted) throw new TakeoverError("takeover run: aborted", { cause: error });
    run.reportWorstNode();
    throw error;
  }
}

type Tunables = ControlReply<"GET_ALL_TUNABLES">;

class TakeoverRun {
  readonly #context: TakeoverContext;
  readonly #credits = new RunCredits();
  #enableBans = false;

  constructor(context: TakeoverContext) {
    this.#context = context;
  }

  async execute(): Promise<TakeoverResult> {
    const { clock, failoverDisabled, log } = this.#context;
    const tunables = await this.#askLocal("GET_ALL_TUNABLES", TUNABLES_TIMEOUT_MS);
    this.#enableBans = tunables.EnableBans !== 0;
    const timeout_ms = tunables.TakeoverTimeout * 1000;
    const nodes = await this.#askLocal("GET_NODEMAP", timeout_ms);
    const connected = connectedNodes(nodes);
    const shortCut = clock.now() + STAGES_TIMEOUT_FACTOR * timeout_ms;
    if (failoverDisabled) {
      await this.#ipreallocated(connected, shortCut);
      return {};
    }
    const reports = await this.#collectReports(nodes, connected, timeout_ms);
    if (nothingToAllocate(reports)) {
      log.info("takeover run: no address is hosted and none could be");
      await this.#ipreallocated(connected, shortCut);
      return {};
    }
    const allocation = await this.#allocate(reports, tunables);
    const deadline = clock.now() + STAGES_TIMEOUT_FACTOR * timeout_ms;
    await this.#startIpreallocate(connected, deadline);
    await this.#release(allocation, connected, deadline);
    await this.#takeOver(allocation, deadline);
    await this.#ipreallocated(connected, deadline);
    return { allocation };
  }

  /** Repeated failures at one node get it banned; the recovery daemon counts, we only name it. */
  reportWorstNode(): void {
    const worst = this.#credits.worst();
    if (worst === undefined || !this.#enableBans) return;
    const { client, log } = this.#context;
    log.warning(`takeover run: ban credits for node ${worst}`);
    client.message(client.pnn, Srvid.BANNING, encode(u32, worst));
  }

  async #collectReports(
    nodes: readonly NodeEntry[],
    connected: readonly number[],
    timeout_ms: number,
  ): Promise<NodeReport[]> {
    const { clock } = this.#context;
    const known = await this.#askEach(connected, "GET_PUBLIC_IPS", clock.now() + timeout_ms);
    const hosts = possibleHosts(nodes, known);
    const available = await this.#askEach(hosts, "GET_PUBLIC_IPS", clock.now() + timeout_ms, {
      flags: ControlFlag.PUBLIC_IP_ONLY_AVAILABLE,
    });
    return nodeReports(nodes, known, available);
  }

  async #allocate(nodes: readonly NodeReport[], tunables: Tunables): Promise<Allocation> {
    const { forceRebalance, log, readHomeNodes } = this.#context;
    const algorithm = tunables.IPAllocAlgorithm;
    const allocation = allocate({
      nodes,
      algorithm,
      noIPTakeover: tunables.NoIPTakeover !== 0,
      noIPFailback: tunables.NoIPFailback !== 0,
      forceRebalance,
      homeNodes: algorithm === IpAllocAlgorithm.DETERMINISTIC ? await readHomeNodes() : [],
    });
    for (const warning of allocation.warnings) log.warning(`takeover run: ${warning}`);
    for (const { address, pnn, previous, explanation } of allocation.assignments) {
      if (pnn !== NOBODY && pnn === previous) continue;
      const why = explainInWords(pnn, explanation);
      log[pnn === NOBODY ? "warning" : "notice"](`takeover run: ${address}: ${why}`);
    }
    return allocation;
  }

  /** A node that does not know the control yet is no reason to leave addresses where they are. */
  async #startIpreallocate(connected: readonly number[], deadline: number): Promise<void> {
    const { clock, log } = this.#context;
    await this.#askAllOrFail(connected, "START_IPREALLOCATE", async (pnn) => {
      try {
        await this.#ask(pnn, "START_IPREALLOCATE", undefined, deadline);
      } catch (error) {
        const answered = error instanceof ControlError && clock.now() < deadline;
        if (!answered || error.status !== STATUS_UNKNOWN_CONTROL) throw error;
        log.info(`takeover run: node ${pnn} does not know START_IPREALLOCATE`);
      }
    });
  }

  /**
   * Every node that knows an address and shall not host it gets a release, also where it is
   * redundant: that is how other nodes learn who the holder is.
   */
  async #release(
    { assignments }: Allocation,
    connected: readonly number[],
    deadline: number,
  ): Promise<void> {
    const isConnected = new Set(connected);
    await this.#forEachAddress(assignments, "RELEASE_IP", (assignment) => {
      const request = publicIp(assignment);
      const pnns = assignment.knownBy.filter((p) => p !== assignment.pnn && isConnected.has(p));
      return { pnns, ask: (pnn) => this.#ask(pnn, "RELEASE_IP", request, deadline) };
    });
  }

  async #takeOver({ assignments }: Allocation, deadline: number): Promise<void> {
    const hosted = assignments.filter(({ pnn }) => pnn !== NOBODY);
    await this.#forEachAddress(hosted, "TAKEOVER_IP", (assignment) => {
      const request = publicIp(assignment);
      return {
        pnns: [assignment.pnn],
        ask: (pnn) => this.#ask(pnn, "TAKEOVER_IP", request, deadline),
      };
    });
  }

  async #ipreallocated(connected: readonly number[], deadline: number): Promise<void> {
    await this.#askEach(connected, "IPREALLOCATED", deadline);
  }

  /** A request per address, all at once; each that fails costs one node one credit. */
  async #forEachAddress(
    assignments: readonly Assignment[],
    name: string,
    plan: (assignment: Assignment) => {
      pnns: readonly number[];
      ask: (pnn: number) => Promise<unknown>;
    },
  ): Promise<void> {
    let lastFailure: TakeoverError | undefined;
    await Promise.all(assignments.map(async (assignment) => {
      const { pnns, ask } = plan(assignment);
      const { firstFailure } = await askAll(pnns, `${name} ${assignment.address}`, ask);
      if (firstFailure === undefined) return;
      this.#blame(firstFailure);
      lastFailure = firstFailure.error;
    }));
    if (lastFailure !== undefined) throw lastFailure;
  }

  async #askEach<N extends ControlsWithoutRequest>(
    pnns: readonly number[],
    name: N,
    deadline: number,
    options?: ControlOptions,
  ): Promise<ReadonlyMap<number, ControlReply<N>>> {
    return await this.#askAllOrFail(
      pnns,
      name,
      (pnn) => this.#ask<N>(pnn, name, undefined as ControlRequest<N>, deadline, options),
    );
  }

  async #askAllOrFail<R>(
    pnns: readonly number[],
    action: string,
    ask: (pnn: number) => Promise<R>,
  ): Promise<ReadonlyMap<number, R>> {
    const { replies, firstFailure } = await askAll(pnns, action, ask);
    if (firstFailure === undefined) return replies;
    this.#blame(firstFailure);
    throw firstFailure.error;
  }

  #blame({ pnn, error }: { pnn: number; error: TakeoverError }): void {
    if (this.#context.signal?.aborted) return;
    this.#context.log.error(error.message);
    this.#credits.add(pnn);
  }

  async #askLocal<N extends ControlsWithoutRequest>(
    name: N,
    timeout_ms: number,
  ): Promise<ControlReply<N>> {
    const { client, clock } = this.#context;
    try {
      const deadline = clock.now() + timeout_ms;
      return await this.#ask<N>(client.pnn, name, undefined as ControlRequest<N>, deadline);
    } catch (cause) {
      throw new TakeoverError(`takeover run: ${messageOf(cause)}`, { cause });
    }
  }

  async #ask<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    deadline: number,
    options: ControlOptions = {},
  ): Promise<ControlReply<N>> {
    const { client, clock, signal } = this.#context;
    signal?.throwIfAborted();
    const timeout_ms = Math.max(0, deadline - clock.now());
    const abortable = signal === undefined ? {} : { signal };
    return await client.control(pnn, name, request, { timeout_ms, ...abortable, ...options });
  }
}

/** The controls here whose request is empty. */
type ControlsWithoutRequest =
  | "GET_ALL_TUNABLES"
  | "GET_NODEMAP"
  | "GET_PUBLIC_IPS"
  | "IPREALLOCATED";

function publicIp({ address, pnn }: Assignment): PublicIp {
  return { pnn, address: parseSocketAddress(address) };
}
