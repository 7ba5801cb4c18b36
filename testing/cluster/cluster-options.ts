import type { DaemonKind } from "./daemon-kind.ts";

/** Texts by path below a node's directory. */
export type NodeFiles = Readonly<Record<string, string>>;

/** What a cluster shall be like. */
export interface ClusterOptions {
  /** The daemon of each node. */
  readonly nodes: readonly DaemonKind[];
  /** Where to make the nodes' directories; a new temporary one, removed at the end, unless given. */
  readonly directory?: string;
  /** The nodes' addresses; free loopback addresses unless given. */
  readonly addresses?: readonly string[];
  /** Options for every node's `ctdb.conf`, by section, over those of the launcher. */
  readonly conf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** For every node's `ctdb.tunables`. */
  readonly tunables?: Readonly<Record<string, number>>;
  /** Other files below every node's directory, by path; those that begin with `#!` can be run. */
  readonly files?: NodeFiles | ((pnn: number) => NodeFiles);
  /** A command to run daemons and tools under, such as `ip netns exec NAME`. */
  readonly under?: readonly string[];
  /** Added to the environment of every daemon and tool. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether all nodes contend for a lock file before they lead. Default: they do. */
  readonly clusterLock?: boolean;
  /** Whether the daemons go on when this process has ended; then the directory stays, too. */
  readonly outliving?: boolean;
}
