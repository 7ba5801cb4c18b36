import { Cluster } from "./cluster.ts";
import { counters } from "./counters.ts";
import { healEverything, randomFault } from "./faults.ts";
import type { Machine } from "./machine.ts";
import type { ClusterSettings } from "./scene.ts";
import { messages } from "./messages.ts";
import { SeededRandom } from "../../../testing/seeded-random.ts";
import { transactions } from "./transactions.ts";
import { Supervisor } from "./workload.ts";

/** Databases of the workloads. */
const VOLATILE = "locking.tdb";
/** This one has read-only copies. */
const SHARED = "brlock.tdb";
const PERSISTENT = "registry.tdb";
const REPLICATED = "ctdb.tdb";

/** From the last fault until everybody must be well again. */
const HEAL_LIMIT_MS = 150_000;
/** From then until the last call must have been answered. */
const CALLS_LIMIT_MS = 60_000;

/** What a run came to, for the summary. */
export interface Summary {
  readonly steps: number;
  readonly virtual_ms: number;
  readonly operations: number;
  readonly transactions: number;
  readonly recoveries: number;
  readonly checks: number;
}

/**
 * From this seed on urgent packets pass all others that are on their way: far more than they do in
 * an output queue. Earlier seeds stay what they were when they found something.
 */
export const FIRST_OVERTAKING_SEED = 500_000_000;

/** A run of one seed: a cluster, clients, faults, and peace. */
export class Scenario {
  readonly seed: number;
  readonly cluster: Cluster;
  readonly clients: Supervisor[] = [];
  readonly #random: SeededRandom;

  constructor(seed: number, settings?: Partial<ClusterSettings>) {
    this.seed = seed;
    this.#random = new SeededRandom(seed);
    const overtaking = seed >= FIRST_OVERTAKING_SEED;
    const drawn = drawSettings(this.#random, overtaking);
    this.cluster = new Cluster({ ...drawn, ...settings }, this.#random.fork());
  }

  /** Everything that the seed holds. Throws a SimulationFailure. */
  async run(): Promise<Summary> {
    const random = this.#random;
    await this.start();
    this.startClients();
    const faults = 1 + random.below(8);
    for (let i = 0; i < faults; i++) {
      await this.cluster.run(random.between(50, 6000));
      randomFault(this, random);
    }
    await this.cluster.run(random.between(50, 5000));
    healEverything(this);
    await this.finish();
    return this.summary();
  }

  /** Starts all daemons, not at the same moment, and waits until the cluster works. */
  async start(): Promise<void> {
    const { cluster } = this;
    for (const machine of cluster.machines) {
      cluster.time.setTimer(this.#random.between(0, 1500), () => machine.start());
    }
    await cluster.waitFor("first start", 60_000, () => cluster.whyNotHealthy());
  }

  startClients(): void {
    for (const machine of this.cluster.machines) this.#startClientsOn(machine);
  }

  /** Waits until all is well, and looks whether everything is there. */
  async finish(): Promise<void> {
    const { cluster } = this;
    const healed_ms = cluster.time.now();
    await cluster.waitFor("healthy again", HEAL_LIMIT_MS, () => cluster.whyNotHealthy());
    await cluster.waitFor(
      "answers to old calls",
      CALLS_LIMIT_MS,
      () => cluster.calls.olderThan(healed_ms),
    );
    for (const client of this.clients) client.stop();
    await cluster.waitFor(
      "end of the clients",
      CALLS_LIMIT_MS,
      () => this.clients.some(({ running }) => running) ? this.#openCall() : undefined,
    );
    await cluster.run(500);
    for (const name of [PERSISTENT, REPLICATED]) cluster.watch.transactions.checkAll(name);
    await cluster.run(0);
  }

  summary(): Summary {
    const { cluster } = this;
    const { watch } = cluster;
    return {
      steps: cluster.time.steps,
      virtual_ms: cluster.time.now(),
      operations: this.clients.reduce((sum, { completed }) => sum + completed, 0),
      transactions: watch.transactions.count,
      recoveries: watch.recoveries.checks,
      checks: watch.records.checks + watch.recoveries.checks + watch.transactions.checks +
        watch.leaders.checks,
    };
  }

  #openCall(): string {
    return this.cluster.calls.olderThan(Infinity) ?? "a client runs on";
  }

  #startClientsOn(machine: Machine): void {
    const random = this.#random;
    const start = (name: string, workload: ReturnType<typeof counters>, think_ms: number) =>
      this.clients.push(new Supervisor(machine, name, workload, think_ms));
    const keys = 1 + random.below(4);
    const deletes = random.pick([0, 0.1, 0.5]);
    const counting = counters({ database: VOLATILE, keys, deletes, reads: 0 });
    start("counter", counting, random.between(20, 300));
    if (random.chance(0.5)) start("counter2", counting, random.between(20, 300));
    if (random.chance(0.3)) {
      const sharing = counters({ database: SHARED, keys, deletes, reads: 0.7 });
      start("reader", sharing, random.between(20, 200));
    }
    const name = `${machine.pnn}`;
    if (random.chance(0.7)) start("committer", transactions(PERSISTENT, name), 400);
    if (random.chance(0.2)) {
      start("replicator", transactions(REPLICATED, name, "DB_ATTACH_REPLICATED"), 400);
    }
    if (random.chance(0.5)) start("messenger", messages(), 500);
  }
}

function drawSettings(random: SeededRandom, overtaking: boolean): ClusterSettings {
  return {
    nodes: random.pick([2, 3, 3, 3, 4]),
    clusterLock: random.chance(0.6),
    publicAddresses: random.below(4),
    mutexes: random.chance(0.5),
    overtaking,
    tunables: {
      DatabaseHashSize: random.pick([1, 3, 7, 101]),
      FetchCollapse: random.below(2),
      KeepaliveInterval: 2,
      KeepaliveLimit: 3,
      RecoverTimeout: 10,
      ControlTimeout: 20,
      TakeoverTimeout: 5,
      RecoveryBanPeriod: 15,
      RerecoveryTimeout: random.pick([2, 10]),
      RecBufferSizeLimit: random.pick([1, 200, 1_000_000]),
      MonitorInterval: 5,
      StatHistoryInterval: 60,
      VacuumInterval: random.pick([1, 2, 10]),
      VacuumFastPathCount: random.pick([0, 2, 60]),
    },
  };
}
