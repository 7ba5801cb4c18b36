import { main as ctdb } from "../../cli/ctdb.ts";
import { type ProgramResult, runProgram } from "../process/program-io.ts";
import { Cluster, type ClusterNode, type DaemonKind } from "./cluster.ts";
import { networkNamespaces, type TestHosts } from "./network-namespaces.ts";

const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
const PUBLIC_ADDRESSES = ["100.1", "100.3", "200.1", "200.3"]
  .map((end) => `192.168.${end}/24 lo\n`).join("");
const TEST_SCRIPT = '#!/bin/sh\necho "$1 event${2:+ for $2 $3 $4}"\n';

/**
 * Three daemons in a network namespace of their own, 127.0.0.1 to 127.0.0.3, with four public
 * addresses on nodes 0 and 2 and one event script that prints its arguments. Node 0 leads at first.
 */
export class IsolatedCluster implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly #hosts: TestHosts;
  readonly #deferred: (() => void)[] = [];

  private constructor(cluster: Cluster, hosts: TestHosts) {
    this.cluster = cluster;
    this.#hosts = hosts;
  }

  /** Whether this machine lets us make one. */
  static available(): boolean {
    return networkNamespaces.available();
  }

  /** Starts the daemons of a kind and waits until they are a healthy cluster. */
  static async start(kind: DaemonKind): Promise<IsolatedCluster> {
    const hosts = networkNamespaces.create("ctdb-isolated", 1);
    const directory = await Deno.makeTempDir({ prefix: "ctdb-isolated-" });
    const lock = `${directory}/shared/.ctdb/cluster.lock`;
    const cluster = Cluster.prepare({
      nodes: ADDRESSES.map(() => kind),
      directory,
      addresses: ADDRESSES,
      under: hosts.enter(0),
      conf: {
        logging: { "log level": "INFO" },
        cluster: { "cluster lock": lock },
        legacy: { "realtime scheduling": "false" },
      },
      files: (pnn) => ({
        "events/legacy/00.test.script": TEST_SCRIPT,
        ...(pnn === 1 ? {} : { public_addresses: PUBLIC_ADDRESSES }),
      }),
    });
    const isolated = new IsolatedCluster(cluster, hosts);
    try {
      await Deno.mkdir(`${directory}/shared/.ctdb`, { recursive: true });
      await isolated.startAll(0);
    } catch (error) {
      await isolated[Symbol.asyncDispose]();
      throw error;
    }
    return isolated;
  }

  /** A command that runs another one in the network of the cluster. */
  get under(): readonly string[] {
    return this.#hosts.enter(0);
  }

  get running(): ClusterNode[] {
    return this.cluster.nodes.filter((node) => node.running);
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
    this.leaveAlone();
  }

  /** Closes the connections of this process, so that no daemon speaks of them. */
  leaveAlone(): void {
    for (const node of this.cluster.nodes) node.disconnect();
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
  ctdb(pnn: number, ...args: string[]): Promise<ProgramResult> {
    const { env } = this.cluster.node(pnn);
    return runProgram(ctdb, args, { program: "ctdb", env: { ...env } });
  }

  /** Does something when the cluster ends. */
  defer(work: () => void): void {
    this.#deferred.push(work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const work of this.#deferred.splice(0)) work();
    await this.cluster.discard();
    await this.#hosts[Symbol.asyncDispose]();
  }
}
