import type { Cluster } from "./cluster.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import type { Supervisor } from "./workload.ts";

/** What faults are done to. */
export interface Victims {
  readonly cluster: Cluster;
  readonly clients: readonly Supervisor[];
}

/** One kind of fault: does it, and returns how it is undone, if it must be. */
type Fault = (victims: Victims, random: SeededRandom) => void;

/** How long a fault lasts before it heals by itself. */
function span_ms(random: SeededRandom): number {
  // Blips that TCP rides out, and cuts that outlast every time-out.
  return random.chance(0.4) ? random.between(10, 1500) : random.between(1500, 25_000);
}

const faults: Readonly<Record<string, { readonly weight: number; readonly run: Fault }>> = {
  killNode: { weight: 3, run: ({ cluster }, random) => killAndRestart(cluster, random) },
  shutDownNode: { weight: 1, run: ({ cluster }, random) => shutDown(cluster, random) },
  pauseNode: { weight: 2, run: ({ cluster }, random) => pause(cluster, random) },
  cut: { weight: 3, run: ({ cluster }, random) => cutNode(cluster, random) },
  cutPair: { weight: 2, run: ({ cluster }, random) => cutPair(cluster, random, true) },
  cutOneWay: { weight: 2, run: ({ cluster }, random) => cutPair(cluster, random, false) },
  delay: { weight: 2, run: ({ cluster }, random) => slowNetwork(cluster, random) },
  slowLock: { weight: 1, run: ({ cluster }, random) => slowLock(cluster, random) },
  loseLock: { weight: 1, run: ({ cluster }) => cluster.lock.lose() },
  killClient: { weight: 6, run: ({ clients }, random) => random.pick(clients).kill() },
  unhealthy: { weight: 1, run: ({ cluster }, random) => makeUnhealthy(cluster, random) },
  stopNode: { weight: 2, run: ({ cluster }, random) => stopAndContinue(cluster, random) },
  ban: { weight: 1, run: ({ cluster }, random) => ban(cluster, random) },
};

const names = Object.entries(faults).flatMap(([name, { weight }]) =>
  Array<string>(weight).fill(name)
);

/** One fault, drawn at random. */
export function randomFault(victims: Victims, random: SeededRandom): void {
  const name = random.pick(names);
  victims.cluster.trace.add(`*** fault: ${name}`);
  faults[name]!.run(victims, random);
}

/** Ends every fault that has not ended by itself, and starts what does not run. */
export function healEverything({ cluster }: Victims): void {
  cluster.trace.add("*** everything heals");
  cluster.keepRunning = true;
  cluster.network.healAll();
  cluster.network.latency = { usual_ms: 0.2, worst_ms: 5, worstShare: 0.02 };
  cluster.lock.delay_ms = { low: 1, high: 15 };
  for (const machine of cluster.machines) {
    machine.unhealthy = false;
    machine.daemon?.process.resume();
    machine.start();
    ask(cluster, machine.pnn, "CONTINUE_NODE", undefined);
  }
}

function later(cluster: Cluster, random: SeededRandom, undo: () => void): void {
  cluster.time.setTimer(span_ms(random), undo);
}

function killAndRestart(cluster: Cluster, random: SeededRandom): void {
  const machine = random.pick(cluster.machines);
  machine.kill();
  later(cluster, random, () => machine.start());
}

function shutDown(cluster: Cluster, random: SeededRandom): void {
  const machine = random.pick(cluster.machines);
  machine.shutdown();
  later(cluster, random, () => machine.start());
}

/** Nodes lose sight of each other, so some of what is promised does not hold any more. */
function noteCut({ watch, settings }: Cluster): void {
  watch.transactions.splitBrain ||= !settings.clusterLock;
  watch.transactions.locksStolen = true;
}

function pause(cluster: Cluster, random: SeededRandom): void {
  noteCut(cluster);
  const process = random.pick(cluster.machines).daemon?.process;
  process?.pause();
  later(cluster, random, () => process?.resume());
}

function cutNode(cluster: Cluster, random: SeededRandom): void {
  noteCut(cluster);
  const { pnn } = random.pick(cluster.machines);
  const others = cluster.machines.filter((other) => other.pnn !== pnn);
  for (const other of others) {
    cluster.network.line(pnn, other.pnn).cut();
    cluster.network.line(other.pnn, pnn).cut();
  }
  later(cluster, random, () => {
    for (const other of others) {
      cluster.network.line(pnn, other.pnn).heal();
      cluster.network.line(other.pnn, pnn).heal();
    }
  });
}

function cutPair(cluster: Cluster, random: SeededRandom, bothWays: boolean): void {
  noteCut(cluster);
  const a = random.below(cluster.machines.length);
  const b = (a + 1 + random.below(cluster.machines.length - 1)) % cluster.machines.length;
  const lines = [cluster.network.line(a, b), ...(bothWays ? [cluster.network.line(b, a)] : [])];
  for (const line of lines) line.cut();
  later(cluster, random, () => {
    for (const line of lines) line.heal();
  });
}

function slowNetwork(cluster: Cluster, random: SeededRandom): void {
  const { network } = cluster;
  const usual = network.latency;
  network.latency = {
    usual_ms: random.between(1, 30),
    worst_ms: random.between(50, 1500),
    worstShare: random.between(0.01, 0.3),
  };
  later(cluster, random, () => void (network.latency = usual));
}

function slowLock(cluster: Cluster, random: SeededRandom): void {
  cluster.lock.delay_ms = { low: 100, high: random.between(500, 12_000) };
  later(cluster, random, () => void (cluster.lock.delay_ms = { low: 1, high: 15 }));
}

function makeUnhealthy(cluster: Cluster, random: SeededRandom): void {
  const machine = random.pick(cluster.machines);
  machine.unhealthy = true;
  later(cluster, random, () => void (machine.unhealthy = false));
}

function stopAndContinue(cluster: Cluster, random: SeededRandom): void {
  const { pnn } = random.pick(cluster.machines);
  ask(cluster, pnn, "STOP_NODE", undefined);
  later(cluster, random, () => ask(cluster, pnn, "CONTINUE_NODE", undefined));
}

function ban(cluster: Cluster, random: SeededRandom): void {
  const { pnn } = random.pick(cluster.machines);
  ask(cluster, pnn, "SET_BAN_STATE", { pnn, time_s: 1 + random.below(20) });
}

/** What the administrator's tool would send to a node's own daemon. */
export function ask<
  N extends "STOP_NODE" | "CONTINUE_NODE" | "DISABLE_NODE" | "ENABLE_NODE" | "SET_BAN_STATE",
>(
  cluster: Cluster,
  pnn: number,
  name: N,
  request: N extends "SET_BAN_STATE" ? { pnn: number; time_s: number } : undefined,
): void {
  const daemon = cluster.machines[pnn]?.daemon;
  daemon?.process.run(() => daemon.node.client.controlNoReply(pnn, name, request as never));
}
