/**
 * Real clusters for tests, measurements and the demonstration: daemons of ours or of Debian's
 * package, each in test mode with a directory and a loopback address of its own.
 *
 * @example
 * ```ts ignore
 * await using cluster = await Cluster.start({ nodes: [ours, ours, debian] });
 * await cluster.nodes[1].kill();
 * await cluster.untilHealthy([cluster.nodes[0], cluster.nodes[2]]);
 * ```
 *
 * @module
 */
import { decode, messages, Srvid } from "../../lib/wire/mod.ts";
import { ABSENT_FLAGS, ClusterNode } from "./cluster-node.ts";
import { writeNodeDirectory } from "./cluster-directory.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { freeLoopbackAddresses } from "./loopback.ts";
import { tellWhenStuck } from "../process/pending-waits.ts";
import { HopelessError, waitFor } from "../process/wait.ts";

export type { ClusterOptions, NodeFiles } from "./cluster-options.ts";
export { ClusterNode } from "./cluster-node.ts";
export type { ProgramResult } from "../process/program-io.ts";
export {
  type DaemonKind,
  debian,
  debianAvailable,
  fromTree,
  installedUnder,
  ours,
} from "./daemon-kind.ts";
export { WaitError, waitFor } from "../process/wait.ts";

/** How long a cluster may take to become healthy: ten times what it needs. */
const HEALTHY_TIMEOUT_MS = 120_000;
const LEADER_TIMEOUT_MS = 30_000;

/** A cluster of real daemons on this machine. Dispose of it to end every process of it. */
export class Cluster implements AsyncDisposable {
  /** By pnn. */
  readonly nodes: readonly ClusterNode[];
  /** Where the nodes' directories are. */
  readonly directory: string;
  readonly #removeAtEnd: boolean;
  readonly #endTelling: () => void;

  private constructor(nodes: readonly ClusterNode[], directory: string, removeAtEnd: boolean) {
    this.nodes = nodes;
    this.directory = directory;
    this.#removeAtEnd = removeAtEnd;
    this.#endTelling = tellWhenStuck(() => this.logTails());
  }

  /** Makes the nodes' directories; starts nothing. */
  static prepare(options: ClusterOptions): Cluster {
    const directory = options.directory ?? Deno.makeTempDirSync({ prefix: "ctdb-cluster-" });
    const addresses = options.addresses ?? freeLoopbackAddresses(options.nodes.length);
    const outliving = options.outliving ?? false;
    const nodes = options.nodes.map((kind, pnn) => {
      const address = addresses[pnn];
      if (address === undefined) throw new RangeError(`address of node ${pnn}: none given`);
      const base = `${directory}/node.${pnn}`;
      const lock = `${directory}/cluster.lock`;
      writeNodeDirectory({ pnn, base, address, addresses, lock }, options);
      const { env = {}, under = [] } = options;
      return new ClusterNode({ kind, pnn, address, base, env, under, outliving });
    });
    return new Cluster(nodes, directory, options.directory === undefined && !outliving);
  }

  /** Starts all nodes and waits until they are one healthy cluster. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = Cluster.prepare(options);
    try {
      for (const node of cluster.nodes) node.start();
      await cluster.untilHealthy();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The node with this number. */
  node(pnn: number): ClusterNode {
    const node = this.nodes[pnn];
    if (node === undefined) throw new RangeError(`node of cluster: ${pnn}`);
    return node;
  }

  /**
   * Waits until all `members` see each other without any flag, see nobody else, work normally and
   * were recovered together.
   *
   * @param members the nodes that shall make the cluster; those that run unless given
   * @throws {WaitError} with the ends of the nodes' logs
   */
  async untilHealthy(
    members: readonly ClusterNode[] = this.nodes.filter((node) => node.running),
    timeout_ms = HEALTHY_TIMEOUT_MS,
  ): Promise<void> {
    const names = members.map((node) => node.pnn).join(" ");
    await this.until(`nodes ${names} are healthy`, () => this.#areHealthy(members), timeout_ms);
  }

  /** Waits for any condition; the error shows the ends of the nodes' logs. */
  async until<T>(
    what: string,
    look: () => T | Promise<T>,
    timeout_ms = HEALTHY_TIMEOUT_MS,
  ): Promise<NonNullable<T>> {
    try {
      return await waitFor(what, look, { timeout_ms });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new Error(`${text}\n${this.logTails()}`, { cause: error });
    }
  }

  /** The pnn of the leader, as it says itself to the node asked. */
  async leader(asked: ClusterNode = this.nodes.find((node) => node.running)!): Promise<number> {
    const client = await asked.client();
    let heard: { readonly pnn: number } | undefined;
    const stop = await client.subscribe(Srvid.LEADER, (data) => {
      const pnn = decode(messages.LEADER, data);
      if (pnn < this.nodes.length) heard = { pnn };
    });
    try {
      const timeout = { timeout_ms: LEADER_TIMEOUT_MS };
      const { pnn } = await waitFor("a leader speaks", () => heard, timeout);
      return pnn;
    } finally {
      stop();
    }
  }

  /** The ends of all logs, for an error message. */
  logTails(): string {
    return this.nodes.map((node) => node.logTail()).join("\n");
  }

  /** Shuts every node down as an administrator would. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** Ends every process at once and removes all that is left, also of a cluster that outlives us. */
  async discard(): Promise<void> {
    await this.#kill();
    await removeInUse(this.directory);
  }

  /** Ends every process at once and removes the directory, unless it was given or shall stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#removeAtEnd) await this.discard();
    else await this.#kill();
  }

  async #kill(): Promise<void> {
    this.#endTelling();
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /** Throws what is not as it shall be, so that a wait in vain can tell. */
  async #areHealthy(members: readonly ClusterNode[]): Promise<boolean> {
    const isMember = (pnn: number) => members.some((member) => member.pnn === pnn);
    const generations = new Set<number>();
    const ended = members.find((node) => !node.running);
    if (ended !== undefined) throw new HopelessError(`${ended.name} has ended`);
    for (const node of members) {
      const flags = await node.flags();
      const asExpected = flags.every((mask, pnn) =>
        isMember(pnn) ? mask === 0 : (mask & ABSENT_FLAGS) !== 0
      );
      if (!asExpected) throw new Error(`${node.name} sees flags ${flags.join(" ")}`);
      const vnnMap = await node.recovered();
      if (vnnMap === undefined) throw new Error(`${node.name} is recovering or not yet running`);
      // A node is known to be gone before the recovery that takes it out of the map.
      if (!vnnMap.map.every(isMember)) throw new Error(`${node.name} has map ${vnnMap.map}`);
      generations.add(vnnMap.generation);
    }
    if (generations.size > 1) throw new Error(`generations differ: ${[...generations]}`);
    return true;
  }
}

/** Children of killed daemons leave a moment later and may still write into the directory. */
async function removeInUse(directory: string): Promise<void> {
  await waitFor(`remove ${directory}`, async () => {
    await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
    return true;
  }, { timeout_ms: 10_000 });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
