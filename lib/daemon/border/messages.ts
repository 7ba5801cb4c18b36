import type { Happening, LogLevelNumber } from "../../base/mod.ts";
import type { EventRequest } from "../../events/mod.ts";
import type { AddressFileResult, HomeNode } from "../../failover/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import type { LockWaits } from "../../records/mod.ts";
import type { LinkStatus } from "../../transport/mod.ts";
import type { SocketAddress } from "../../wire/mod.ts";
import type { SeenClients } from "../../survey/mod.ts";
import type { HeldAddress, LoopHistograms } from "../node-ports.ts";

/*
 * The border between the core, which has a thread and a loop of its own, and the edge on Deno's: a
 * row for each message, nothing else crosses. No answer is waited for in the middle of a decision.
 */

/** One line of the log: level, subsystem, text. */
export type LogLine = readonly [LogLevelNumber, string, string];

/** The files that the core asks for, and what each comes as. */
export interface EdgeFiles {
  publicAddresses: AddressFileResult;
  homeNodes: readonly HomeNode[];
  nodes: readonly NodesFileEntry[];
}

/** A file of {@link EdgeFiles}. */
export type EdgeFile = keyof EdgeFiles;

/** What administrators are shown of the core that no control tells, each as a bounded answer. */
export interface CoreSights {
  /** Those who connected behind the one with serial `after`. */
  clients: SeenClients;
  lockWaits: LockWaits;
  traffic: CoreTraffic;
}

/** What the core has counted; nothing before it has started. */
export interface CoreTraffic {
  readonly links: readonly LinkStatus[];
  /** Bytes that wait for the client that is furthest behind. */
  readonly longestClientQueue_bytes: number;
  /** Only of a loop of its own. */
  readonly loop?: LoopHistograms;
}

/** A row of {@link CoreSights}. */
export type CoreSight = keyof CoreSights;

/** What the core tells the edge. Ids are the core's, and come back with the answer. */
export interface CoreToEdge {
  /** The sockets are bound; the node has this address. */
  bound: { readonly address: string };
  /** They could not be: the exit status and the reason. Nothing follows. */
  bindFailed: { readonly status: number; readonly reason: string };
  /** Lines of one turn. */
  log: readonly LogLine[];
  logLevel: LogLevelNumber;
  /** Something that administrators are shown as an event. */
  happened: Happening;
  runEvent: { readonly id: number; readonly request: EventRequest };
  startLockHelper: { readonly id: number; readonly argv: readonly string[] };
  endLockHelper: { readonly id: number };
  readFile: { readonly id: number; readonly file: EdgeFile };
  announce: { readonly address: string; readonly iface: string };
  tickle: { readonly from: SocketAddress; readonly to: SocketAddress; readonly reset: boolean };
  /** The public addresses that are here: somebody shall drop them if we die. */
  guard: readonly HeldAddress[];
  /** Tell of links that come and go from now on. */
  watchLinks: null;
  /** Run the notification script. */
  notify: string;
  /** Run the lock debug script. */
  debugLock: readonly string[];
  /** The answer to {@link EdgeToCore.look}; without a value when there is no node yet. */
  seen: { readonly id: number; readonly value?: CoreSights[CoreSight] };
  /** Clients are served, and the node waits for others. */
  started: null;
  /** The shutdown sequence is over, or the start has failed for this reason: end the process. */
  exit: { readonly status: number; readonly reason?: string };
  /** The state cannot be trusted: end the process at once. */
  abort: { readonly reason: string };
}

/** What the edge tells the core. */
export interface EdgeToCore {
  /** Start the node: all of the edge is there. */
  start: null;
  shutdown: { readonly status: number; readonly reason: string };
  eventDone: { readonly id: number; readonly result: number };
  lockHelperStatus: { readonly id: number; readonly status: string };
  lockHelperEnded: { readonly id: number };
  /** A file that was asked for, or why it could not be read. */
  file: { readonly id: number; readonly content?: unknown; readonly error?: string };
  linkChanged: { readonly name: string };
  /** Tell what administrators want to see; `after` as in {@link CoreSights.clients}. */
  look: { readonly id: number; readonly sight: CoreSight; readonly after: number };
  /** There is nothing to do: collect garbage. */
  collectGarbage: null;
}

/** One message of a direction. */
export type BorderMessage<Table> = {
  [Kind in keyof Table]: { readonly kind: Kind; readonly value: Table[Kind] };
}[keyof Table];

/** What is done with each message of a direction. */
export type BorderHandlers<Table> = {
  readonly [Kind in keyof Table]: (value: Table[Kind]) => void;
};

/** One side's end of the border. */
export interface Border<Out> {
  /** Sends a message; never waits, and never calls anything of this side. */
  post<Kind extends keyof Out>(kind: Kind, value: Out[Kind]): void;
}

/** Hands a message to its handler. */
export function dispatch<In>(
  handlers: BorderHandlers<In>,
  message: BorderMessage<In>,
): void {
  const handler: (value: In[keyof In]) => void = handlers[message.kind];
  handler(message.value);
}
