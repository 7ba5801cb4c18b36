import {
  all,
  Cancelled,
  type Clock,
  type Logger,
  messageOf,
  type Procedure,
  rethrowFinal,
  wait,
} from "../../base/mod.ts";
import { ControlError, type NodeClient, type NodeControlOptions } from "../../client/mod.ts";
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
import { connectedPnns, nodeReports, possibleHosts } from "./reports.ts";
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
  readonly client: Pick<NodeClient, "pnn" | "control" | "message">;
  readonly clock: Clock;
  readonly log: Logger;
  /** `[failover] disabled = true`: only IPREALLOCATED is sent. */
  readonly failoverDisabled: boolean;
  /** Nodes that LCP2 shall treat as rebalance targets. */
  readonly forceRebalance: readonly number[];
  /** The home_nodes file, read anew for each run of the deterministic algorithm. */
  readonly readHomeNodes: (done: (homes: readonly HomeNode[]) => void) => void;
}

/** What a run that succeeded decided; no allocation where there was nothing to allocate. */
export interface TakeoverResult {
  readonly allocation?: Allocation;
}

/**
 * One takeover run (`failover.md` 5): asks who knows and who could host which address, decides, has
 * the addresses released and taken, and tells everybody that it is over.
 *
 * @throws {TakeoverError} a stage failed; the node that is most to blame has been reported to the
 * own recovery daemon by message BANNING. A run that is cancelled blames nobody.
 */
export function* takeoverRun(context: TakeoverContext): Procedure<TakeoverResult> {
  const run = new TakeoverRun(context);
  try {
    return yield* run.execute();
  } catch (error) {
    if (!(error instanceof Cancelled)) run.reportWorstNode();
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

  *execute(): Procedure<TakeoverResult> {
    const { clock, failoverDisabled, log } = this.#context;
    const tunables = yield* this.#askLocal("GET_ALL_TUNABLES", TUNABLES_TIMEOUT_MS);
    this.#enableBans = tunables.EnableBans !== 0;
    const timeout_ms = tunables.TakeoverTimeout * 1000;
    const nodes = yield* this.#askLocal("GET_NODEMAP", timeout_ms);
    const connected = connectedPnns(nodes);
    const shortCut = clock.now() + STAGES_TIMEOUT_FACTOR * timeout_ms;
    if (failoverDisabled) {
      yield* this.#ipreallocated(connected, shortCut);
      return {};
    }
    const reports = yield* this.#collectReports(nodes, connected, timeout_ms);
    if (nothingToAllocate(reports)) {
      log.info("takeover run: no address is hosted and none could be");
      yield* this.#ipreallocated(connected, shortCut);
      return {};
    }
    const allocation = yield* this.#allocate(reports, tunables);
    const deadline_ms = clock.now() + STAGES_TIMEOUT_FACTOR * timeout_ms;
    yield* this.#startIpreallocate(connected, deadline_ms);
    yield* this.#release(allocation, connected, deadline_ms);
    yield* this.#takeOver(allocation, deadline_ms);
    yield* this.#ipreallocated(connected, deadline_ms);
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

  *#collectReports(
    nodes: readonly NodeEntry[],
    connected: readonly number[],
    timeout_ms: number,
  ): Procedure<NodeReport[]> {
    const { clock } = this.#context;
    const known = yield* this.#askEach(connected, "GET_PUBLIC_IPS", clock.now() + timeout_ms);
    const hosts = possibleHosts(nodes, known);
    const available = yield* this.#askEach(hosts, "GET_PUBLIC_IPS", clock.now() + timeout_ms, {
      flags: ControlFlag.PUBLIC_IP_ONLY_AVAILABLE,
    });
    return nodeReports(nodes, known, available);
  }

  *#allocate(nodes: readonly NodeReport[], tunables: Tunables): Procedure<Allocation> {
    const { forceRebalance, log, readHomeNodes } = this.#context;
    const algorithm = tunables.IPAllocAlgorithm;
    const allocation = allocate({
      nodes,
      algorithm,
      noIPTakeover: tunables.NoIPTakeover !== 0,
      noIPFailback: tunables.NoIPFailback !== 0,
      forceRebalance,
      homeNodes: algorithm === IpAllocAlgorithm.DETERMINISTIC ? yield* wait(readHomeNodes) : [],
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
  *#startIpreallocate(connected: readonly number[], deadline_ms: number): Procedure<void> {
    yield* this.#askAllOrFail(
      connected,
      "START_IPREALLOCATE",
      (pnn) => this.#startAt(pnn, deadline_ms),
    );
  }

  *#startAt(pnn: number, deadline_ms: number): Procedure<void> {
    const { clock, log } = this.#context;
    try {
      yield* this.#ask(pnn, "START_IPREALLOCATE", undefined, deadline_ms);
    } catch (error) {
      const answered = error instanceof ControlError && clock.now() < deadline_ms;
      if (!answered || error.status !== STATUS_UNKNOWN_CONTROL) throw error;
      log.info(`takeover run: node ${pnn} does not know START_IPREALLOCATE`);
    }
  }

  /**
   * Every node that knows an address and shall not host it gets a release, also where it is
   * redundant: that is how other nodes learn who the holder is.
   */
  *#release(
    { assignments }: Allocation,
    connected: readonly number[],
    deadline_ms: number,
  ): Procedure<void> {
    const isConnected = new Set(connected);
    yield* this.#forEachAddress(assignments, "RELEASE_IP", (assignment) => {
      const request = publicIp(assignment);
      const pnns = assignment.knownBy.filter((p) => p !== assignment.pnn && isConnected.has(p));
      return { pnns, ask: (pnn) => this.#ask(pnn, "RELEASE_IP", request, deadline_ms) };
    });
  }

  *#takeOver({ assignments }: Allocation, deadline_ms: number): Procedure<void> {
    const hosted = assignments.filter(({ pnn }) => pnn !== NOBODY);
    yield* this.#forEachAddress(hosted, "TAKEOVER_IP", (assignment) => {
      const request = publicIp(assignment);
      return {
        pnns: [assignment.pnn],
        ask: (pnn) => this.#ask(pnn, "TAKEOVER_IP", request, deadline_ms),
      };
    });
  }

  *#ipreallocated(connected: readonly number[], deadline_ms: number): Procedure<void> {
    yield* this.#askEach(connected, "IPREALLOCATED", deadline_ms);
  }

  /** A request per address, all at once; each that fails costs one node one credit. */
  *#forEachAddress(
    assignments: readonly Assignment[],
    name: string,
    plan: (assignment: Assignment) => {
      pnns: readonly number[];
      ask: (pnn: number) => Procedure<unknown>;
    },
  ): Procedure<void> {
    let lastFailure: TakeoverError | undefined;
    const moveOne = (assignment: Assignment) => {
      const { pnns, ask } = plan(assignment);
      return askAll(pnns, `${name} ${assignment.address}`, ask);
    };
    for (const { firstFailure } of yield* all(assignments.map(moveOne))) {
      if (firstFailure === undefined) continue;
      this.#blame(firstFailure);
      lastFailure = firstFailure.error;
    }
    if (lastFailure !== undefined) throw lastFailure;
  }

  *#askEach<N extends ControlsWithoutRequest>(
    pnns: readonly number[],
    name: N,
    deadline_ms: number,
    options?: NodeControlOptions,
  ): Procedure<ReadonlyMap<number, ControlReply<N>>> {
    return yield* this.#askAllOrFail(
      pnns,
      name,
      (pnn) => this.#ask<N>(pnn, name, undefined as ControlRequest<N>, deadline_ms, options),
    );
  }

  *#askAllOrFail<R>(
    pnns: readonly number[],
    action: string,
    ask: (pnn: number) => Procedure<R>,
  ): Procedure<ReadonlyMap<number, R>> {
    const { replies, firstFailure } = yield* askAll(pnns, action, ask);
    if (firstFailure === undefined) return replies;
    this.#blame(firstFailure);
    throw firstFailure.error;
  }

  #blame({ pnn, error }: { pnn: number; error: TakeoverError }): void {
    this.#context.log.error(error.message);
    this.#credits.add(pnn);
  }

  *#askLocal<N extends ControlsWithoutRequest>(
    name: N,
    timeout_ms: number,
  ): Procedure<ControlReply<N>> {
    const { client, clock } = this.#context;
    try {
      const deadline_ms = clock.now() + timeout_ms;
      return yield* this.#ask<N>(client.pnn, name, undefined as ControlRequest<N>, deadline_ms);
    } catch (cause) {
      rethrowFinal(cause);
      throw new TakeoverError(`takeover run: ${messageOf(cause)}`, { cause });
    }
  }

  *#ask<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    deadline_ms: number,
    options: NodeControlOptions = {},
  ): Procedure<ControlReply<N>> {
    const { client, clock } = this.#context;
    const timeout_ms = Math.max(0, deadline_ms - clock.now());
    return yield* client.control(pnn, name, request, { timeout_ms, ...options });
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
