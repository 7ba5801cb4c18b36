import type { LockWaits } from "../records/mod.ts";
import type { LinkStatus } from "../transport/mod.ts";

/** A client of the node, as the core sees it. */
export interface SeenClient {
  /** Grows with each connection. */
  readonly serial: number;
  readonly pid: number;
  readonly uid: number;
  readonly since_ms: number;
  readonly queued: { readonly frames: number; readonly bytes: number };
  readonly srvids: { readonly total: number; readonly first: readonly bigint[] };
  readonly databases: { readonly total: number; readonly first: readonly number[] };
  readonly controls: number;
}

/** Some clients, in the order in which they connected. */
export interface SeenClients {
  readonly total: number;
  readonly clients: readonly SeenClient[];
  readonly more: boolean;
}

/** How long something took that happens often: counts by upper bound, the last without one. */
export interface SeenTimes {
  readonly bounds_ms: readonly number[];
  readonly counts: readonly number[];
  readonly sum_ms: number;
}

/** What the core has counted. */
export interface SeenTraffic {
  readonly links: readonly LinkStatus[];
  /** Bytes that wait for the client that is furthest behind. */
  readonly longestClientQueue_bytes: number;
  /** How long turns and garbage collections took; absent where the loop is not its own. */
  readonly loop?: { readonly turns: SeenTimes; readonly collections: SeenTimes };
}

/** What the core tells administrators beside what controls ask; each answer is bounded. */
export interface CoreSightsPort {
  /** Those who connected behind the one with serial `after`. */
  clients(after: number): Promise<SeenClients>;
  lockWaits(): Promise<LockWaits>;
  traffic(): Promise<SeenTraffic>;
}
