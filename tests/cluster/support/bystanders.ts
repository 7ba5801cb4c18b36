import assert from "node:assert/strict";
import {
  attachDatabase,
  type DaemonConnection,
  type VolatileDatabase,
} from "../../../lib/client/mod.ts";
import { Srvid } from "../../../lib/wire/mod.ts";
import type { Cluster, ClusterNode } from "../../../testing/cluster/cluster.ts";
import { within } from "../../../testing/process/wait.ts";

const SRVID = 0x6279_7374_0000_0001n;
const DATABASE = "bystanders.tdb";
const KEY = new TextEncoder().encode("passed on");
/** So much has to go on while there is trouble. */
const ROUNDS = 10;
const KEEPALIVES = 3;
/** A message that takes longer is lost. */
const LOST_MS = 60_000;

interface Bystander {
  readonly node: ClusterNode;
  readonly client: DaemonConnection;
  readonly database: VolatileDatabase;
}

/** What nodes know of each other, and what they have heard. */
interface Standing {
  readonly generations: readonly number[];
  readonly flags: readonly (readonly number[])[];
  readonly leader: number;
  readonly votes: number;
}

/**
 * A client on each node that has nothing to do with what is wrong: they ping each other's nodes, pass
 * a message on, and change one record in turn. What goes on is counted, not timed.
 */
export class Bystanders implements Disposable {
  readonly #cluster: Cluster;
  readonly #all: readonly Bystander[];
  #votes = 0;
  #messages = 0;
  #changes = 0;
  #arrived: (() => void) | undefined;

  private constructor(cluster: Cluster, all: readonly Bystander[]) {
    this.#cluster = cluster;
    this.#all = all;
  }

  /** The cluster is healthy, and its tunable `KeepaliveInterval` short. */
  static async start(cluster: Cluster): Promise<Bystanders> {
    const all = await Promise.all(cluster.nodes.map(async (node) => {
      const client = await node.connect();
      return { node, client, database: await attachDatabase(client, DATABASE) };
    }));
    const bystanders = new Bystanders(cluster, all);
    for (const { client } of all) {
      await client.subscribe(Srvid.ELECTION, () => void bystanders.#votes++);
      await client.subscribe(SRVID, () => {
        bystanders.#messages++;
        bystanders.#arrived?.();
      });
    }
    await bystanders.#round();
    return bystanders;
  }

  /**
   * Everything goes on: many rounds are done and keepalives come to every node, while nobody calls an
   * election, recovers, or thinks ill of another.
   *
   * @param until goes on for longer, until this is true
   */
  async goOn(until: () => boolean = () => true): Promise<void> {
    const before = await this.#standing();
    const keepalives = await this.#keepalives();
    const { messages, changes } = this;
    let rounds = 0;
    let heard: readonly number[] = [];
    do {
      await this.#round();
      rounds++;
      heard = (await this.#keepalives()).map((count, i) => count - keepalives[i]!);
    } while (rounds < ROUNDS || Math.min(...heard) < KEEPALIVES || !until());
    assert.deepEqual(await this.#standing(), before);
    assert.equal(this.messages - messages, rounds * this.#all.length);
    assert.equal(this.changes - changes, rounds * this.#all.length);
  }

  /** Messages that arrived. */
  get messages(): number {
    return this.#messages;
  }

  /** What the record that is passed on says it was changed, last seen. */
  get changes(): number {
    return this.#changes;
  }

  /** One ping, one message and one change by each. */
  async #round(): Promise<void> {
    for (const [i, { client, database }] of this.#all.entries()) {
      const next = this.#all[(i + 1) % this.#all.length]!.node.pnn;
      await client.control(next, "PING", undefined);
      const arrived = new Promise<void>((resolve) => this.#arrived = resolve);
      client.message(next, SRVID, KEY);
      await within(`a message from node ${i} to node ${next}`, arrived, LOST_MS);
      this.#changes = await addOne(database);
    }
  }

  async #standing(): Promise<Standing> {
    const maps = await Promise.all(
      this.#all.map(({ node, client }) => client.control(node.pnn, "GETVNNMAP", undefined)),
    );
    return {
      generations: maps.map(({ generation }) => generation),
      flags: await Promise.all(this.#all.map(({ node }) => node.flags())),
      leader: await this.#cluster.leader(),
      votes: this.#votes,
    };
  }

  /** Those that came to each node. */
  async #keepalives(): Promise<readonly number[]> {
    const all = await Promise.all(
      this.#all.map(({ node, client }) => client.control(node.pnn, "STATISTICS", undefined)),
    );
    return all.map(({ keepalivePacketsRecv }) => keepalivePacketsRecv);
  }

  [Symbol.dispose](): void {
    for (const { client, database } of this.#all) {
      database.close();
      client.close();
    }
  }
}

async function addOne(database: VolatileDatabase): Promise<number> {
  using record = await database.fetchLocked(KEY);
  const value = new Uint8Array(4);
  if (record.value?.length === 4) value.set(record.value);
  const view = new DataView(value.buffer);
  const count = view.getUint32(0, true) + 1;
  view.setUint32(0, count, true);
  record.store(value);
  return count;
}
