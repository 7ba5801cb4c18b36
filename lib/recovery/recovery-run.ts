import { CtdbError, type Logger, type Procedure, settle, type StepTime } from "../base/mod.ts";
import { ControlError, type NodeClient, type NodeControlOptions } from "../client/mod.ts";
import type { Scratch } from "../records/mod.ts";
import type { ControlReply, ControlRequest, LiveControlName, TunableName } from "../wire/mod.ts";

/** A recovery could not be completed; the next one starts from the beginning. */
export class RecoveryError extends CtdbError {}

/** What one run of the recovery procedure stands on. */
interface Ports {
  readonly client: NodeClient;
  readonly log: Logger;
  readonly tunable: (name: TunableName) => number;
  /** A fresh srvid for record buffers (0xF001...). */
  readonly nextSrvid: () => bigint;
  /** Lets other work of this process run between two large pieces. */
  readonly pause: () => Procedure<void>;
  /** Room for the records of a database, until its recovery is over. */
  readonly scratch: () => Scratch;
  /** Monotonic time in ms. */
  readonly now: () => number;
}

/** State of one run: who takes part, and who spoiled what. */
export class RecoveryRun {
  readonly ports: Ports;
  readonly generation: number;
  /** The nodes that are recovered, ascending. */
  nodes: readonly number[] = [];
  /** Names of the databases, as far as they are known. */
  readonly databaseNames = new Map<number, string>();
  /** What was done, and how long each took. */
  readonly steps: StepTime[] = [];
  readonly #credits = new Map<number, number>();
  #step_ms: number;

  constructor(ports: Ports, generation: number) {
    this.ports = ports;
    this.#step_ms = ports.now();
    this.generation = generation;
  }

  get leader(): number {
    return this.ports.client.pnn;
  }

  /** How long a node may take for what does not grow with its databases. */
  get timeout_ms(): number {
    return this.ports.tunable("RecoverTimeout") * 1000;
  }

  /** A step is over. */
  stepped(step: string): void {
    const now_ms = this.ports.now();
    this.steps.push({ step, duration_ms: now_ms - this.#step_ms });
    this.#step_ms = now_ms;
  }

  /** Credits towards a ban (`cluster.md` 7.8). */
  blame(pnn: number, credits = 1): void {
    this.#credits.set(pnn, (this.#credits.get(pnn) ?? 0) + credits);
  }

  /** Nodes with their credits, most first, lower pnn first among equals. */
  offenders(): { pnn: number; credits: number }[] {
    return [...this.#credits]
      .map(([pnn, credits]) => ({ pnn, credits }))
      .sort((a, b) => b.credits - a.credits || a.pnn - b.pnn);
  }

  /** A control to one node with the recovery's time-out. */
  readonly control: NodeClient["control"] = (pnn, name, request, options = {}) =>
    this.ports.client.control(pnn, name, request, { timeout_ms: this.timeout_ms, ...options });

  /**
   * A control to several nodes at once; waits for all of them.
   *
   * @param blame give a credit to each node that fails
   * @throws {RecoveryError} any failed; names the first in node order
   */
  *controlAll<N extends LiveControlName>(
    pnns: readonly number[],
    name: N,
    request: ControlRequest<N>,
    options: NodeControlOptions & { readonly blame?: boolean } = {},
  ): Procedure<Map<number, ControlReply<N>>> {
    const { blame, ...own } = options;
    const results = yield* settle(pnns.map((pnn) => this.control(pnn, name, request, own)));
    const replies = new Map<number, ControlReply<N>>();
    let failure: RecoveryError | undefined;
    results.forEach((result, i) => {
      const pnn = pnns[i]!;
      if (result.ok) {
        replies.set(pnn, result.value);
        return;
      }
      if (blame) this.blame(pnn);
      failure ??= asRecoveryError(result.error, name, pnn);
    });
    if (failure !== undefined) throw failure;
    return replies;
  }
}

function asRecoveryError(reason: unknown, name: string, pnn: number): RecoveryError {
  const text = reason instanceof ControlError
    ? reason.message
    : `Control ${name} to node ${pnn}: ${reason instanceof Error ? reason.message : reason}`;
  return new RecoveryError(text, { cause: reason });
}
