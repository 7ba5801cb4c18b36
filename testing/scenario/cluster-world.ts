import { main as ctdb } from "../../cli/ctdb.ts";
import { Cluster, type ClusterNode, type DaemonKind } from "../cluster/cluster.ts";
import { networkNamespaces, type TestHosts } from "../cluster/network-namespaces.ts";
import { runProgram } from "../process/program-io.ts";
import { runBinary } from "../process/run-binary.ts";
import { clusterInstructions } from "./cluster-instructions.ts";
import type { CommandLine } from "./command-line.ts";
import { obeyFileInstruction } from "./file-instructions.ts";
import type { Places } from "./placeholders.ts";
import type { World } from "./player.ts";
import type { StepResult } from "./result-lines.ts";

/** What a {@link ClusterWorld} is made of. */
export interface ClusterWorldOptions {
  /** Whose daemons run. */
  readonly kind: DaemonKind;
  /** Added to the environment of each command. */
  readonly env?: (places: Places) => Readonly<Record<string, string>>;
  /** Other files below the directories of the nodes. */
  readonly files?: Readonly<Record<string, string>>;
  readonly filters?: World["filters"];
}

const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
const PUBLIC_ADDRESSES = ["100.1", "100.3", "200.1", "200.3"]
  .map((end) => `192.168.${end}/24 lo\n`).join("");
const TEST_SCRIPT = '#!/bin/sh\necho "$1 event${2:+ for $2 $3 $4}"\n';

/**
 * The world of scenarios about a whole cluster: three daemons in a network namespace of their own,
 * 127.0.0.1 to 127.0.0.3, with four public addresses on nodes 0 and 2 and one event script that
 * prints its arguments. Node 0 leads at first. `cluster-instructions.ts` has what can be done to it.
 */
export class ClusterWorld implements World, AsyncDisposable {
  readonly places: Places;
  readonly cluster: Cluster;
  readonly filters: NonNullable<World["filters"]>;
  readonly #hosts: TestHosts;
  readonly #env: Readonly<Record<string, string>>;
  readonly #deferred: (() => void)[] = [];

  private constructor(cluster: Cluster, hosts: TestHosts, options: ClusterWorldOptions) {
    const BASE = cluster.directory;
    this.places = { BASE, WORK: `${BASE}/work`, PREFIX: `${BASE}/prefix`, PID: String(Deno.pid) };
    this.cluster = cluster;
    this.filters = options.filters ?? {};
    this.#hosts = hosts;
    this.#env = options.env?.(this.places) ?? {};
  }

  /** Whether this machine lets us make one. */
  static available(): boolean {
    return networkNamespaces.available();
  }

  /** Starts the daemons and waits until they are a healthy cluster. */
  static async start(options: ClusterWorldOptions): Promise<ClusterWorld> {
    const hosts = networkNamespaces.create("ctdb-world", 1);
    const directory = await Deno.makeTempDir({ prefix: "ctdb-world-" });
    const cluster = Cluster.prepare({
      nodes: ADDRESSES.map(() => options.kind),
      directory,
      addresses: ADDRESSES,
      under: hosts.enter(0),
      conf: {
        logging: { "log level": "INFO" },
        cluster: { "cluster lock": `${directory}/shared/.ctdb/cluster.lock` },
        legacy: { "realtime scheduling": "false" },
      },
      files: (pnn) => ({
        ...options.files,
        "events/legacy/00.test.script": TEST_SCRIPT,
        ...(pnn === 1 ? {} : { public_addresses: PUBLIC_ADDRESSES }),
      }),
    });
    const world = new ClusterWorld(cluster, hosts, options);
    try {
      for (const name of [`${directory}/shared/.ctdb`, world.places.WORK!]) {
        await Deno.mkdir(name, { recursive: true });
      }
      await world.startAll(0);
      world.#leaveAlone();
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  /** The node that shall lead must have the cluster lock before the others want it. */
  async startAll(leader: number): Promise<void> {
    this.cluster.node(leader).start();
    await this.until(`node ${leader} leads`, async () => await this.leaderOf(leader) === leader);
    for (const node of this.cluster.nodes) if (!node.running) node.start();
    await this.untilHealthy(leader);
  }

  /** Waits until those that run are well, and agree on who leads: on `leader` if it is given. */
  async untilHealthy(leader?: number): Promise<void> {
    await this.cluster.untilHealthy();
    await this.until("all agree on who leads", async () => {
      const leaders = await Promise.all(this.running.map(({ pnn }) => this.leaderOf(pnn)));
      const wanted = leader ?? leaders[0];
      return wanted !== undefined && leaders.every((pnn) => pnn === wanted);
    });
  }

  get running(): ClusterNode[] {
    return this.cluster.nodes.filter((node) => node.running);
  }

  /** Who leads by the word of a node. */
  async leaderOf(pnn: number): Promise<number | undefined> {
    const { stdout } = await this.ctdb(pnn, "-t", "2", "leader");
    return /^\d+\n$/.test(stdout) ? Number(stdout) : undefined;
  }

  /** Waits for a condition; the error shows the ends of the nodes' logs. */
  async until(what: string, look: () => Promise<boolean>): Promise<void> {
    await this.cluster.until(what, look);
  }

  /** Runs the tool on a node, in this process. */
  ctdb(pnn: number, ...args: string[]): Promise<StepResult> {
    const { env } = this.cluster.node(pnn);
    return runProgram(ctdb, args, { program: "ctdb", env: { ...env } });
  }

  /** Does something when the world ends. */
  defer(work: () => void): void {
    this.#deferred.push(work);
  }

  /** `netns` before the tool runs it in the network of the cluster. */
  run({ node, words, env }: CommandLine, input: string | undefined): Promise<StepResult> {
    const inNetwork = words[0] === "netns";
    const [program, ...args] = inNetwork ? words.slice(1) : words;
    if (program !== "ctdb") throw new Error(`Run a program of a scenario: ${program}`);
    const setup = {
      program,
      env: { ...this.cluster.node(node).env, ...this.#env, ...env },
      cwd: this.places.WORK!,
      ...(input === undefined ? {} : { stdin: input }),
    };
    if (inNetwork) return runBinary(args, { ...setup, under: this.#hosts.enter(0) });
    return runProgram(ctdb, args, setup);
  }

  async obey(word: string, rest: string, input: string | undefined): Promise<string | void> {
    if (obeyFileInstruction(word, rest, input)) return;
    const instruction = clusterInstructions[word];
    if (instruction === undefined) throw new Error(`Read an instruction: ${word} ${rest}`);
    const shown = await instruction(this, rest === "" ? [] : rest.split(" "), input);
    this.#leaveAlone();
    return shown;
  }

  /** What commands print of the clients of a daemon must not be about this process. */
  #leaveAlone(): void {
    for (const node of this.cluster.nodes) node.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const work of this.#deferred.splice(0)) work();
    await this.cluster.discard();
    await this.#hosts[Symbol.asyncDispose]();
  }
}
