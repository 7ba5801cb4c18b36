import type { Cluster, ClusterOptions } from "../../testing/cluster/cluster.ts";

/** Counts operations while `run` lets them happen. */
export interface Load {
  /** Operations that were done since the start. */
  readonly done: number;
  /** Ends the load and waits until nothing of it is on its way. */
  stop(): Promise<void>;
}

/** How many operations a second a cluster does, and what they cost. */
export interface RateScenario {
  readonly kind: "rate";
  readonly name: string;
  /** What one operation is called in the table. */
  readonly unit: string;
  /** Prepares the cluster and starts the load. */
  start(cluster: Cluster): Promise<Load>;
}

/** How long something takes. */
export interface TimeScenario {
  readonly kind: "time";
  readonly name: string;
  /** Set when each sample needs a cluster that has not been started. */
  readonly fresh?: boolean;
  readonly tunables?: ClusterOptions["tunables"];
  /** Brings a running cluster into the state that the samples begin with. */
  prepare?(cluster: Cluster): Promise<void>;
  /** Takes one sample, in ms, and leaves the cluster as it was. */
  sample(cluster: Cluster): Promise<number>;
}

/** One line of the table. */
export type Scenario = RateScenario | TimeScenario;
