import {
  type Cluster,
  connect,
  type ReplicatedDatabase,
  type VolatileDatabase,
} from "../../mod.ts";
import type { ClusterNode } from "../../testing/cluster/cluster.ts";

const VOLATILE = "demo_counter.tdb";
const NOTHING = new TextEncoder().encode("0");
const PERSISTENT = "demo_settings.tdb";
/** Longer than any recovery: what takes this long has failed. */
const RECORD_TIMEOUT_MS = 60_000;

/** A program on one node of the cluster: its connection to that node's daemon, two databases. */
export class Session implements AsyncDisposable {
  readonly node: ClusterNode;
  readonly #cluster: Cluster;
  /** Each record is on the node that used it last. */
  readonly volatile: VolatileDatabase;
  /** All records are on all nodes, on disk. */
  readonly persistent: ReplicatedDatabase;

  private constructor(
    node: ClusterNode,
    cluster: Cluster,
    volatile: VolatileDatabase,
    persistent: ReplicatedDatabase,
  ) {
    this.node = node;
    this.#cluster = cluster;
    this.volatile = volatile;
    this.persistent = persistent;
  }

  static async open(node: ClusterNode): Promise<Session> {
    const cluster = await connect({ socket: node.socket });
    return new Session(
      node,
      cluster,
      await cluster.openDatabase(VOLATILE),
      await cluster.openDatabase(PERSISTENT, { kind: "persistent" }),
    );
  }

  /** Brings a record to this node and changes the number in it; returns the new one. */
  async update(key: string, change: (value: number) => number): Promise<number> {
    const signal = AbortSignal.timeout(RECORD_TIMEOUT_MS);
    using record = await this.volatile.fetchLocked(encode(key), { signal });
    const value = change(Number(decode(record.value ?? NOTHING)));
    record.store(encode(`${value}`));
    return value;
  }

  /** Brings a record to this node and reads the number in it. */
  async read(key: string): Promise<number> {
    const signal = AbortSignal.timeout(RECORD_TIMEOUT_MS);
    using record = await this.volatile.fetchLocked(encode(key), { signal });
    return Number(decode(record.value ?? NOTHING));
  }

  /** Writes a persistent record; when it returns it is on the disks of all nodes. */
  async set(key: string, value: string): Promise<void> {
    const signal = AbortSignal.timeout(RECORD_TIMEOUT_MS);
    await this.persistent.transaction(
      (transaction) => transaction.store(encode(key), encode(value)),
      { signal },
    );
  }

  /** Reads a persistent record from this node's own disk. */
  get(key: string): string | undefined {
    const value = this.persistent.fetch(encode(key));
    return value === undefined ? undefined : decode(value);
  }

  /** Closes databases and connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.close();
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
