import { RecoveryMode, RunState } from "../../../lib/wire/mod.ts";
import { type Daemon, Machine } from "./machine.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import { type ClusterSettings, Scene } from "./scene.ts";
import { Watch } from "./watch.ts";

/** No sound turn of a cluster this small has more. */
const MAX_STEPS_AT_ONCE = 5000;

/** Something that must never happen has happened. */
export class SimulationFailure extends Error {}

/** A cluster of simulated machines, and whoever watches it. */
export class Cluster extends Scene {
  readonly machines: readonly Machine[];
  readonly watch: Watch;
  #moment_ms = -1;
  #momentStart = 0;

  constructor(settings: ClusterSettings, random: SeededRandom) {
    super(settings, random);
    const machines: Machine[] = [];
    this.watch = new Watch(this, machines);
    for (const { pnn } of this.nodesFile) machines.push(new Machine(pnn, this, this.watch));
    this.machines = machines;
    this.time.afterStep = () => {
      this.#checkTimeMoves();
      this.watch.afterStep();
    };
  }

  /** Work that makes more work at once, for ever, would stop a real daemon and this simulation. */
  #checkTimeMoves(): void {
    const now_ms = this.time.now();
    if (now_ms !== this.#moment_ms) {
      this.#moment_ms = now_ms;
      this.#momentStart = this.time.steps;
    } else if (this.time.steps - this.#momentStart > MAX_STEPS_AT_ONCE) {
      this.fail(`time stands still: ${MAX_STEPS_AT_ONCE} steps at one moment`);
    }
  }

  /** The running daemons. */
  get daemons(): Daemon[] {
    return this.machines.flatMap(({ daemon }) => daemon === undefined ? [] : [daemon]);
  }

  /**
   * Lets `duration_ms` pass, or less when `done` says so. Returns whether it did.
   *
   * @throws {SimulationFailure}
   */
  async run(duration_ms: number, done: () => boolean = () => false): Promise<boolean> {
    const end_ms = this.time.now() + duration_ms;
    const over = await this.time.runUntil(end_ms, () => this.failure !== undefined || done());
    if (this.failure !== undefined) throw new SimulationFailure(this.failure);
    return over;
  }

  /** As {@link run}, and a failure when `done` never says so. `what` is what was waited for. */
  async waitFor(what: string, duration_ms: number, done: () => string | undefined): Promise<void> {
    let next_ms = 0;
    const over = await this.run(duration_ms, () => {
      // Looking is not free, so it is not done after every event.
      if (this.time.now() < next_ms) return false;
      next_ms = this.time.now() + 5;
      return done() === undefined;
    });
    if (over) return;
    this.fail(`not within ${duration_ms / 1000} s: ${what}: ${done() ?? "just now"}`);
    throw new SimulationFailure(this.failure);
  }

  /** Why the cluster is not as it should be with everybody there; undefined when it is. */
  whyNotHealthy(): string | undefined {
    for (const { pnn, daemon } of this.machines) {
      if (daemon === undefined) return `node ${pnn} does not run`;
      const { node } = daemon;
      const { state } = node;
      if (state.runstate !== RunState.RUNNING) return `node ${pnn} has runstate ${state.runstate}`;
      if (state.recoveryMode !== RecoveryMode.NORMAL) return `node ${pnn} is in recovery`;
      for (const other of state.nodes.all()) {
        if (other.flags !== 0) {
          return `node ${pnn} sees node ${other.pnn} with 0x${hex(other.flags)}`;
        }
      }
    }
    const nodes = this.daemons.map(({ node }) => node);
    const generations = new Set(nodes.map(({ state }) => state.generation));
    if (generations.size > 1) return `generations ${[...generations].join(" ")}`;
    const leaders = new Set(nodes.map(({ leadership }) => leadership.leader));
    if (leaders.size > 1) return `leaders ${[...leaders].join(" ")}`;
    const leader = this.machines[[...leaders][0]!]?.daemon?.node.leadership;
    if (leader === undefined || !leader.isLeader) return "nobody leads";
    if (leader.electionInProgress) return "election";
    if (this.settings.clusterLock && this.lock.holder !== [...leaders][0]) {
      return `lock is held by ${this.lock.holder}`;
    }
    return this.#whyAddressesWrong();
  }

  #whyAddressesWrong(): string | undefined {
    for (const { address } of this.publicAddresses) {
      const holders = this.machines.filter((machine) => machine.addresses.has(address));
      if (holders.length !== 1) {
        return `address ${address} is on nodes ${
          holders.map(({ pnn }) => pnn).join(" ") || "none"
        }`;
      }
    }
    return undefined;
  }
}

function hex(n: number): string {
  return n.toString(16);
}
