import type { Clock, Logger, LogLevelNumber, ProcessCounts, Random } from "../base/mod.ts";
import type { EventDone, EventRequest } from "../events/mod.ts";
import type { AddressFileResult, AddressView, Announcer, HomeNode } from "../failover/mod.ts";
import type { LockHelperLauncher, NodesFileEntry } from "../membership/mod.ts";
import type { RecordsStorage } from "../records/mod.ts";
import type { ClientListener, NodeTransport } from "../transport/mod.ts";
import type { LoopFigures, TunableName, TunableValues } from "../wire/mod.ts";
import type { SliceTurns } from "./slices.ts";
import type { Turns } from "./turns.ts";

/** The node's tunables (`cluster.md` 3). */
export interface TunableTable {
  get(name: TunableName): number;
  set(name: TunableName, value: number): void;
  /** All 62, for GET_ALL_TUNABLES. */
  all(): TunableValues;
}

/** Whatever the node does outside of its own memory. */
export interface NodePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly turns: Turns;
  /** Turns and their length for work on whole databases; those above unless given. */
  readonly sliceTurns?: SliceTurns;
  readonly transport: NodeTransport;
  readonly clients: ClientListener;
  readonly storage: RecordsStorage;
  /** Starts an event; `done` comes once, in a later turn. */
  readonly events: { start(request: EventRequest, done: EventDone): void };
  readonly lockHelpers: LockHelperLauncher;
  readonly addresses: AddressPorts;
  readonly readHomeNodes: (done: (homes: readonly HomeNode[]) => void) => void;
  readonly readNodesFile: (done: (result: NodesFileResult) => void) => void;
  /** Runs the notification script; nobody waits for it. */
  readonly notify: (event: string) => void;
  /** Whether a process of this machine exists. */
  readonly processExists: (pid: number) => boolean;
  /** Memory of this process: bytes, and a text for people. */
  readonly memory: () => { used: number; report: string };
  /** How the loop does that the node runs on; absent where that is not known. */
  readonly loop?: LoopPort;
  /** What this process has started; absent where that is not counted. */
  readonly processes?: ProcessesPort;
  /** The log level of the whole process. */
  readonly logLevel: { get(): LogLevelNumber; set(level: LogLevelNumber): void };
  /** Ends the process after a shutdown sequence. */
  readonly exit: (status: number) => void;
  /** Ends the process at once: the state cannot be trusted. */
  readonly abort: (reason: string) => never;
}

/** How many processes a node has started by itself. */
export interface ProcessesPort {
  /** Of each kind, since the begin or the last reset. */
  counts(): ProcessCounts;
  reset(): void;
}

/** What the loop of a node tells of itself. */
export interface LoopPort {
  /** Since the begin, or the last reset. */
  figures(): LoopFigures;
  /** The same in full: counts by upper bound, the last without one. */
  histograms(): LoopHistograms;
  /** The longest turn and the longest garbage collection since this was asked last. */
  takeRecent(): { readonly turn_ms: number; readonly collection_ms: number };
  reset(): void;
  /** After this turn others who wait for the processor go first. */
  giveWay(): void;
}

/** How long something took that happens often. */
export interface TimeHistogram {
  /** Upper bounds in ms; there is a class more than bounds. */
  readonly bounds_ms: readonly number[];
  readonly counts: readonly number[];
  readonly sum_ms: number;
}

/** Of a loop. */
export interface LoopHistograms {
  readonly turns: TimeHistogram;
  readonly collections: TimeHistogram;
}

/** What reading the nodes file again came to. */
export type NodesFileResult =
  | { readonly entries: readonly NodesFileEntry[] }
  | { readonly error: string };

/** A public address that this node hosts. */
export interface HeldAddress {
  readonly address: string;
  readonly maskBits: number;
  readonly interface: string;
}

/** The machine's addresses and interfaces. */
interface AddressPorts {
  readonly announcer: Announcer;
  readonly localAddresses: () => AddressView;
  readonly interfaceName: (name: string) => string | undefined;
  readonly readAddressFile: (done: (result: AddressFileResult) => void) => void;
  /** The addresses that are here have changed, perhaps: somebody shall drop them if we die. */
  readonly guard: (held: readonly HeldAddress[]) => void;
  /** From now on `changed` is called when an interface gets or loses its link. */
  readonly watchLinks: (changed: (name: string) => void) => void;
}

/** What is fixed from the start of a node on. */
export interface NodeConfig {
  /** The own address of the nodes file. */
  readonly address: string;
  readonly pid: number;
  readonly nodes: readonly NodesFileEntry[];
  readonly tunables: TunableTable;
  /** The configured text, byte for byte: nodes compare it. */
  readonly clusterLock: string | undefined;
  /** The command of the helper for a lock that is a path. */
  readonly fcntlHelper: readonly string[];
  readonly leaderTimeout_s: number;
  readonly leaderCapability: boolean;
  readonly lmasterCapability: boolean;
  readonly startAsStopped: boolean;
  readonly startAsDisabled: boolean;
  readonly failoverDisabled: boolean;
  readonly shutdownFailoverTimeout_s: number;
  readonly shutdownExtraTimeout_s: number;
  /** Test mode: no pause before the startup event, no look at the kernel's addresses. */
  readonly testMode: boolean;
  /** A version to report in keepalives whatever the peers say. */
  readonly keepaliveVersion: number | undefined;
}
