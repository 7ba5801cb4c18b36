import type { Cluster, ClusterOptions } from "../../testing/cluster/cluster.ts";

/** How large everything is. */
export interface Sizes {
  readonly heldRecords: number;
  readonly held_s: number;
  /** Opens, each with its close, of all nodes in a second. */
  readonly stormOpens: number;
  readonly storm_s: number;
  readonly deletedRecords: number;
  readonly floodMessages: number;
  readonly idleClients: number;
  readonly sessions: number;
  readonly smb_s: number;
  /** How long the cluster is watched after the cut. */
  readonly cut_s: number;
  readonly records: number;
  /** Of each of the lines of addresses. */
  readonly addresses: readonly number[];
}

/** A load that is ready to begin. */
export interface Pressure {
  /** The database in which the bystander fetches; one that nobody else uses unless given. */
  readonly database?: string;
  /** Whose key it fetches there; of no meaning unless given. */
  readonly key?: Uint8Array;
  /** Puts the pressure on, and ends when it is over. Returns what else is to be told. */
  run(): Promise<string | undefined>;
  /** Takes away what is left. */
  close(): Promise<void> | void;
}

/** A line of the table. */
export interface PressureLine {
  readonly title: string;
  readonly tunables?: ClusterOptions["tunables"];
  readonly conf?: ClusterOptions["conf"];
  /**
   * How long the bystander asks at least: of a line that lasts longer on one side than on the other the
   * p99 would be of another number of questions.
   */
  readonly watched_s?: number;
  /** Brings a running cluster into the state in which it is idle before the pressure. */
  prepare(cluster: Cluster, sizes: Sizes): Promise<Pressure>;
}
