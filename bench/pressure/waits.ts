/** How long somebody waited who has nothing to do with the load. */
export interface Waits {
  readonly p99_ms: number;
  readonly longest_ms: number;
  readonly count: number;
}

/** What a bystander is told first. */
export interface BystanderTask {
  /** Of a client of another node, that pings `pnn`. */
  readonly pingSocket: string;
  /** Of a client that fetches a record of its own node, `pnn`. */
  readonly fetchSocket: string;
  readonly pnn: number;
  readonly database: string;
  readonly key: Uint8Array;
}

/** What it says at the end. */
export interface BystanderReport {
  readonly ping: Waits;
  readonly fetch: Waits;
}
