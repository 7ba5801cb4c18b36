/** A client of the node, as administrators are shown it. */
export interface SeenClient {
  /** Grows with each connection: to ask for those behind it. */
  readonly serial: number;
  readonly pid: number;
  readonly uid: number;
  /** When it connected, in ms since the epoch. */
  readonly since_ms: number;
  /** What it has not read yet. */
  readonly queued: { readonly frames: number; readonly bytes: number };
  /** Messages that it listens to: the first, and how many registrations there are. */
  readonly srvids: { readonly total: number; readonly first: readonly bigint[] };
  /** Databases that it has attached: the first, and how many there are. */
  readonly databases: { readonly total: number; readonly first: readonly number[] };
  /** Controls on their way to other nodes. */
  readonly controls: number;
}

/** Some clients in the order in which they connected. */
export interface SeenClients {
  readonly total: number;
  readonly clients: readonly SeenClient[];
  /** There are more behind the last one. */
  readonly more: boolean;
}
