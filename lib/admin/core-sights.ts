import type { SeenClients } from "../survey/mod.ts";
import type { LockWaits } from "../records/mod.ts";
import type { LinkStatus } from "../transport/mod.ts";

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
