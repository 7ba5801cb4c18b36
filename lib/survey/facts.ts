import type { Forecast } from "../failover/mod.ts";
import type { EventRecord } from "../events/mod.ts";
import type { ConfigMessage, NodesList } from "../config/mod.ts";
import type { LockHolder } from "../tdb/mod.ts";
import type { DbStatistics, Interface, NodeEntry, TunableValues, VnnMap } from "../wire/mod.ts";

/** Everything that the checks look at. */
export interface Facts {
  readonly machine: MachineFacts;
  readonly daemon: DaemonState;
  /** Absent without a daemon that answers. */
  readonly cluster?: ClusterFacts;
  readonly scripts: ScriptFacts;
  /** Absent when the daemon does not tell. */
  readonly adminDoors?: readonly AdminDoor[];
  /** Why the daemon keeps no history; absent when it does, or does not tell. */
  readonly historyLost?: string;
}

/** An address at which the admin API is to be had, by the configuration. */
export interface AdminDoor {
  /** Address and port. */
  readonly at: string;
  readonly tls: boolean;
  /** Why nobody listens there; null when it is open. */
  readonly failure: string | null;
}

/** Something that was read, or why it could not be. */
export type Reading<T> = { readonly value: T } | { readonly failure: string };

/** What can be seen without a daemon. */
export interface MachineFacts {
  readonly configuration: {
    readonly file: string;
    /** `failure`: the file has a mistake that keeps a daemon from starting. */
    readonly failure?: string;
    readonly messages: readonly ConfigMessage[];
  };
  /** Complaints about missing directories. */
  readonly missingDirectories: readonly string[];
  /** The file systems under what the daemon writes. */
  readonly disks: readonly DiskFacts[];
  readonly nodesSource: string;
  readonly nodes: Reading<NodesList>;
  /** Whether `[admin] listen` names addresses. */
  readonly adminListens?: boolean;
  /** The nodes that this machine could be: it has the address, and it is the configured one. */
  readonly ownPnns: readonly number[];
  /** `[cluster] node address`. */
  readonly nodeAddress?: string;
  /** The node is one for tests (`CTDB_TEST_MODE`): no service of the system runs it. */
  readonly testMode: boolean;
  /** The user who looks. */
  readonly uid: number;
  /** Whether all nodes are on this machine: then local file systems are shared. */
  readonly allNodesHere: boolean;
  /** Why libtdb cannot be used. */
  readonly libraryFailure?: string;
  readonly socket: SocketFacts;
  readonly process: ProcessFacts;
  readonly log: LogFacts;
  readonly clusterLock: ClusterLockFacts;
  /** A connection to the port of each node that was tried. */
  readonly probes: ReadonlyMap<number, ProbeResult>;
}

/** A file system, and what of ours is on it. */
export interface DiskFacts {
  readonly mountedOn: string;
  /** Lines: what for, a colon, the directory. */
  readonly uses: readonly string[];
  readonly free_bytes: number;
  readonly total_bytes: number;
  readonly freeFiles: number;
}

/** The socket of the daemon. */
export interface SocketFacts {
  readonly path: string;
  /** Absent when there is nothing at that path. */
  readonly found?: { readonly isSocket: boolean; readonly mode: number; readonly uid: number };
}

/** The process that the pid file names. */
export interface ProcessFacts {
  readonly pidFile: string;
  /** Absent without a file. */
  readonly pid?: number;
  readonly runs: boolean;
  /** The program that runs is not the one on the disk any more. */
  readonly replaced: boolean;
}

/** The end of the log. */
export interface LogFacts {
  /** The file, or what `[logging] location` says. */
  readonly place: string;
  readonly lines: readonly string[];
}

/** How an attempt to connect to the port of a node went. */
export type ProbeResult = "accepts" | "refused" | "silent" | "unreachable";

/** The cluster lock, as this node would use it. */
export interface ClusterLockFacts {
  /** As it is configured. */
  readonly setting?: string;
  /** The file that it is, if it is one. */
  readonly path?: string;
  readonly exists: boolean;
  /** Its file system does not answer: nothing more was asked of it. */
  readonly hangs?: boolean;
  /** Where the file is, or would be. */
  readonly fileSystem?: { readonly type: string; readonly mountedOn: string };
  /** Whether somebody's lock on it is seen from here; absent if that could not be asked. */
  readonly seenLocked?: boolean;
  /** What two processes found that passed locks to each other; absent when not tried. */
  readonly test?: LockTestResult;
}

/** What became of the test that `ping_pong` makes. */
export interface LockTestResult {
  /** `failed`: the test itself could not be made. */
  readonly outcome: "passed" | "incoherent" | "failed";
  readonly text: string;
}

/** How the daemon met us. */
export type DaemonState =
  | { readonly kind: "answers"; readonly pnn: number }
  | { readonly kind: "absent"; readonly errno: number; readonly message: string }
  /** It accepted the connection and said nothing. */
  | { readonly kind: "silent"; readonly message: string };

/** What the local daemon and through it all others say. */
export interface ClusterFacts {
  readonly pnn: number;
  /** `undefined`: nobody says that it leads. */
  readonly leader: number | undefined;
  readonly recovering: boolean;
  readonly vnnMap: VnnMap;
  /** The local daemon's node map. */
  readonly nodes: readonly NodeEntry[];
  /** Nodes that answered, the local one among them. */
  readonly peers: ReadonlyMap<number, NodeFacts>;
  /** Nodes that count as connected and did not answer, with the reason. */
  readonly silent: ReadonlyMap<number, string>;
  readonly databaseNames: ReadonlyMap<number, string>;
  /** What the next takeover run would do, or why that is not known. */
  readonly addresses: Reading<Forecast>;
  /** Locks that were held during all of a short while, by the database's id. */
  readonly lockHolders: ReadonlyMap<number, readonly LockHolder[]>;
}

/** What one node says. */
export interface NodeFacts {
  readonly pnn: number;
  readonly runState: number;
  /** Bits of what it may be: lmaster, leader. */
  readonly capabilities: number;
  /** How it sees the others. */
  readonly nodes: readonly NodeEntry[];
  /** What its nodes file says now; absent when it cannot read it. */
  readonly nodesFile?: readonly NodeEntry[];
  readonly clock: ClockReading;
  readonly tunables: TunableValues;
  /** The names of the tunables that it lists: another release knows others. */
  readonly tunableNames: readonly string[];
  readonly clusterLock: string | null;
  readonly databases: readonly DatabaseFacts[];
  readonly interfaces: readonly Interface[];
}

/** Another node's clock, read between two moments of ours. */
export interface ClockReading {
  readonly asked_ms: number;
  readonly answered_ms: number;
  readonly theirs_ms: number;
}

/** A database on one node. */
export interface DatabaseFacts {
  readonly id: number;
  readonly flags: number;
  /** Why it is unhealthy; `null` when it is well. */
  readonly health: string | null;
  /** Absent when they could not be had. */
  readonly statistics?: DbStatistics;
}

/** What the event daemon says of the last run of each event. */
export interface ScriptFacts {
  /** Why it could not be asked. */
  readonly failure?: string;
  readonly runs: readonly { readonly event: string; readonly record: EventRecord }[];
}
