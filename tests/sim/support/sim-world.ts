/**
 * The world of scenarios on virtual time: a cluster of simulated machines.
 *
 *     cluster 3 addresses 3     three machines, none of which runs; with a `lock` if that is added
 *     start 0, kill 0           a daemon; `shutdown 0` as an administrator ends it
 *     pause 0, resume 0         its process stands, and goes on
 *     cut 0, heal               its network fails in both directions; all of it is mended
 *     unhealthy 0, healthy 0    its monitor script fails, and succeeds again
 *     stop 1, continue 1        the control of `ctdb stop` and the like: `disable`, `enable`, `ban 1 10`
 *     reallocate                asks for a takeover run, as `ctdb` does after each of these
 *     wait healthy              until all machines run, are well and share the addresses
 *     wait leader 1             until all that run and are connected say that node 1 leads
 *     wait size 2               until those who lead have so many nodes in their map, at peace
 *     wait flags 1 STOPPED      until all others see node 1 with these flags, as `ctdb status` names them
 *     wait served 0 2           until these nodes have all addresses between them, each on one
 *     wait told 1 KIND          until something of a kind has happened to node 1
 *     told 1 KIND...            what of these kinds has happened to node 1 since it was last asked for
 *     addresses                 where the addresses are
 *     pass 5                    seconds
 *
 * @module
 */
import type { Happening } from "../../../lib/base/mod.ts";
import {
  BROADCAST_CONNECTED,
  encode,
  flagsText,
  messages,
  RecoveryMode,
  Srvid,
} from "../../../lib/wire/mod.ts";
import { SeededRandom } from "../../../testing/seeded-random.ts";
import type { Places, World } from "../../../testing/scenario/mod.ts";
import { Cluster } from "./cluster.ts";
import { ask } from "./faults.ts";
import type { Machine } from "./machine.ts";

/** Virtual time: far more than anything here takes. */
const WAIT_MS = 120_000;

type Instruction = (world: SimWorld, words: readonly string[]) => Promise<string | void> | void;

/** A {@link World} of simulated machines; draws from a seed what the network does. */
export class SimWorld implements World {
  readonly places: Places = {};
  readonly #seed: number;
  #cluster: Cluster | undefined;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new Error("Play a scenario: it has no cluster yet");
    return this.#cluster;
  }

  set cluster(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Chance of a new cluster. */
  random(): SeededRandom {
    return new SeededRandom(this.#seed);
  }

  machine(pnn: string | undefined): Machine {
    const machine = this.cluster.machines[Number(pnn)];
    if (machine === undefined) throw new RangeError(`machine of a scenario: ${pnn}`);
    return machine;
  }

  /** The machines whose daemons can be reached. */
  get connected(): Machine[] {
    const { machines, network } = this.cluster;
    const isCut = ({ pnn }: Machine) =>
      machines.every((other) => other.pnn === pnn || network.line(pnn, other.pnn).isCut);
    return machines.filter((machine) => machine.daemon !== undefined && !isCut(machine));
  }

  run(): Promise<never> {
    throw new Error("Run a program of a scenario: there are none on virtual time");
  }

  async obey(word: string, rest: string): Promise<string | void> {
    const instruction = INSTRUCTIONS[word];
    if (instruction === undefined) throw new Error(`Read an instruction: ${word} ${rest}`);
    return await instruction(this, rest === "" ? [] : rest.split(" "));
  }
}

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  cluster(world, [nodes, ...options]) {
    const addresses = options.indexOf("addresses");
    world.cluster = new Cluster({
      nodes: Number(nodes),
      clusterLock: options.includes("lock"),
      publicAddresses: addresses === -1 ? 0 : Number(options[addresses + 1]),
      mutexes: false,
      overtaking: false,
      tunables: { KeepaliveInterval: 2, KeepaliveLimit: 3, MonitorInterval: 5 },
    }, world.random());
  },
  start: (world, [pnn]) => world.machine(pnn).start(),
  kill: (world, [pnn]) => world.machine(pnn).kill(),
  shutdown: (world, [pnn]) => world.machine(pnn).shutdown(),
  pause: (world, [pnn]) => world.machine(pnn).daemon?.process.pause(),
  resume: (world, [pnn]) => world.machine(pnn).daemon?.process.resume(),
  cut(world, [pnn]) {
    const { pnn: one } = world.machine(pnn);
    for (const { pnn: other } of world.cluster.machines) {
      if (other === one) continue;
      world.cluster.network.line(one, other).cut();
      world.cluster.network.line(other, one).cut();
    }
  },
  heal: ({ cluster }) => cluster.network.healAll(),
  unhealthy: (world, [pnn]) => void (world.machine(pnn).unhealthy = true),
  healthy: (world, [pnn]) => void (world.machine(pnn).unhealthy = false),
  stop: ({ cluster }, [pnn]) => ask(cluster, Number(pnn), "STOP_NODE", undefined),
  continue: ({ cluster }, [pnn]) => ask(cluster, Number(pnn), "CONTINUE_NODE", undefined),
  disable: ({ cluster }, [pnn]) => ask(cluster, Number(pnn), "DISABLE_NODE", undefined),
  enable: ({ cluster }, [pnn]) => ask(cluster, Number(pnn), "ENABLE_NODE", undefined),
  ban: ({ cluster }, [pnn, time_s]) =>
    ask(cluster, Number(pnn), "SET_BAN_STATE", { pnn: Number(pnn), time_s: Number(time_s) }),
  reallocate({ connected }) {
    const { pnn, daemon } = connected[0]!;
    const request = encode(messages.TAKEOVER_RUN, { pnn, srvid: 0n });
    const { client } = daemon!.node;
    daemon!.process.run(() => client.message(BROADCAST_CONNECTED, Srvid.TAKEOVER_RUN, request));
  },
  async wait(world, [what, ...values]) {
    const why = WAITS[what ?? ""];
    if (why === undefined) throw new Error(`Wait for something of a cluster: ${what}`);
    const line = ["wait", what, ...values].join(" ");
    await world.cluster.waitFor(line, WAIT_MS, () => why(world, values));
  },
  async pass({ cluster }, [seconds]) {
    await cluster.run(Number(seconds) * 1000);
  },
  told(world, [pnn, ...kinds]) {
    const { happened } = world.machine(pnn);
    const told = happened.splice(0).filter(({ kind }) => kinds.includes(kind));
    return Promise.resolve(told.map((happening) => `${happeningText(happening)}\n`).join(""));
  },
  addresses({ cluster }) {
    const lines = cluster.publicAddresses.map(({ address }) => {
      const holders = cluster.machines.filter((machine) => machine.addresses.has(address));
      return `${address} ${holders.map(({ pnn }) => pnn).join(" ") || "-"}\n`;
    });
    return Promise.resolve(lines.join(""));
  },
};

/** What is not yet as it is waited for; `undefined` when all is. */
const WAITS: Readonly<
  Record<string, (world: SimWorld, values: readonly string[]) => string | undefined>
> = {
  healthy: ({ cluster }) => cluster.whyNotHealthy(),
  leader(world, [pnn]) {
    const wrong = world.connected.find(({ daemon }) =>
      daemon!.node.leadership.leader !== Number(pnn)
    );
    return wrong && `node ${wrong.pnn} follows ${wrong.daemon!.node.leadership.leader}`;
  },
  size(world, [size]) {
    const leader = world.connected.find(({ daemon }) => daemon!.node.leadership.isLeader);
    const state = leader?.daemon?.node.state;
    if (state === undefined) return "nobody leads";
    if (state.recoveryMode !== RecoveryMode.NORMAL) return "it recovers";
    return state.vnnmap.length === Number(size) ? undefined : `nodes ${state.vnnmap.join(" ")}`;
  },
  flags(world, [pnn, ...names]) {
    const wanted = names.join(" ");
    const wrong = world.connected.map(({ daemon, pnn: seer }) => {
      const flags = daemon!.node.state.nodes.all()[Number(pnn)]!.flags;
      return { seer, text: flagsText(flags) };
    }).find(({ seer, text }) => seer !== Number(pnn) && text !== wanted);
    return wrong && `node ${wrong.seer} sees ${wrong.text}`;
  },
  served({ cluster }, members) {
    for (const { address } of cluster.publicAddresses) {
      const on = cluster.machines.filter((machine) => machine.addresses.has(address));
      const nodes = on.map(({ pnn }) => String(pnn));
      if (nodes.length !== 1 || !members.includes(nodes[0]!)) return `${address} is on ${nodes}`;
    }
    return undefined;
  },
  told(world, [pnn, kind]) {
    const there = world.machine(pnn).happened.some((happening) => happening.kind === kind);
    return there ? undefined : `nothing of ${kind}`;
  },
};

/** What happened, without what differs from run to run. */
function happeningText(happening: Happening): string {
  const { kind, ...rest } = happening;
  if (happening.kind === "flags-changed") {
    const { of, before, after } = happening;
    return `${kind}: node ${of} from ${flagsText(before)} to ${flagsText(after)}`;
  }
  if (happening.kind === "recovery-mode") {
    return `${kind}: ${happening.active ? "recovery" : "normal"}`;
  }
  if (happening.kind === "recovery-finished") {
    const steps = happening.steps.map(({ step }) => step).join(", ");
    return `${kind}: ${happening.reason}: ${steps}`;
  }
  if (happening.kind === "takeover-finished") {
    const moves = happening.moves.map(({ address, from, to }) =>
      `${address} from ${from ?? "-"} to ${to ?? "-"}`
    );
    return `${kind}: ${moves.join(", ") || "nothing moves"}`;
  }
  const values = Object.entries(rest).filter(([name]) => !/generation|_ms$/.test(name));
  const text = values.map(([name, value]) => `${name} ${value ?? "-"}`).join(", ");
  return text === "" ? kind : `${kind}: ${text}`;
}
