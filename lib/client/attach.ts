import { CtdbError } from "../base/mod.ts";
import type { Tdb } from "../tdb/mod.ts";
import type { ClusterClient, ControlOptions } from "./cluster-client.ts";
import { ControlError, DatabaseError } from "./errors.ts";
import { type SharedFile, shareFile } from "./shared-files.ts";

/**
 * Where the records of a database are:
 * - `volatile`: each record on the node that used it last; gone when the cluster is.
 * - `persistent`: all records on all nodes and on disk; changed by transactions.
 * - `replicated`: all records on all nodes, but not for longer than the cluster lives.
 */
export type DatabaseKind = "volatile" | "persistent" | "replicated";

/** How a database is opened. */
export interface OpenDatabaseOptions {
  /** Default: `volatile`. A database that exists must be of this kind. */
  readonly kind?: DatabaseKind;
  /** Allow read-only copies of records on several nodes. Cannot be undone. */
  readonly readonly?: boolean;
  /** Let contended records stay on a node for a while. Cannot be undone. */
  readonly sticky?: boolean;
  /** Time limit of each control; the client's own by default. */
  readonly timeout_ms?: number;
  /** Stops it; the database may have been created. */
  readonly signal?: AbortSignal;
}

/** How a database is attached. */
export interface AttachOptions extends OpenDatabaseOptions {
  /** The nodes that are told of `readonly` and `sticky`; default: the local one. */
  readonly peers?: readonly number[];
  /** Opens the file; replaced in tests. */
  readonly open?: (path: string, flags: number) => Tdb;
}

/** The step that an attachment failed at. */
export type AttachStep = "id" | "path" | "health" | "readonly" | "sticky" | "flags" | "open";

/** A database cannot be attached. */
export class AttachError extends DatabaseError {
  /** The name of the database. */
  readonly database: string;
  /** What failed. */
  readonly step: AttachStep;
  /** The status of the control that failed; -1 where there was none. */
  readonly status: number;
  /** For the step `health`: why the database is unhealthy. */
  readonly reason: string;

  /** @ignore */
  constructor(database: string, step: AttachStep, cause: unknown, reason = "") {
    const why = cause instanceof CtdbError ? cause.message : reason;
    super(`Attach database, step ${step}: ${database}${why === "" ? "" : `: ${why}`}`, { cause });
    this.database = database;
    this.step = step;
    this.status = cause instanceof ControlError ? cause.status : -1;
    this.reason = reason;
  }
}

/** A database that is attached: its file is open in this process. */
export interface AttachedDatabase {
  readonly id: number;
  readonly name: string;
  readonly kind: DatabaseKind;
  readonly path: string;
  readonly file: SharedFile;
}

const ATTACH_CONTROLS = {
  volatile: "DB_ATTACH",
  persistent: "DB_ATTACH_PERSISTENT",
  replicated: "DB_ATTACH_REPLICATED",
} as const;

/**
 * Attaches a database by name, creating it on all nodes when there is none, and opens its local file
 * (`records.md` 2.1, `cli.md` 2.10).
 *
 * @throws {AttachError} the daemon refuses, or the file cannot be opened
 */
export async function attachFile(
  client: ClusterClient,
  name: string,
  options: AttachOptions = {},
): Promise<AttachedDatabase> {
  const kind = options.kind ?? "volatile";
  const control: ControlOptions = {
    ...(options.timeout_ms === undefined ? {} : { timeout_ms: options.timeout_ms }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const step = async <T>(at: AttachStep, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw options.signal?.aborted ? error : new AttachError(name, at, error);
    }
  };
  const local = client.pnn;
  const id = await step("id", () => client.control(local, ATTACH_CONTROLS[kind], name, control));
  const path = await step("path", () => client.control(local, "GETDBPATH", id, control));
  const reason = await step("health", () => client.control(local, "DB_GET_HEALTH", id, control));
  if (reason !== null) throw new AttachError(name, "health", undefined, reason);
  const peers = options.peers ?? [local];
  if (options.readonly) {
    await step(
      "readonly",
      () => each(peers, (pnn) => client.control(pnn, "SET_DB_READONLY", id, control)),
    );
  }
  if (options.sticky) {
    await step(
      "sticky",
      () => each(peers, (pnn) => client.control(pnn, "SET_DB_STICKY", id, control)),
    );
  }
  const flags = await step("flags", () => client.control(local, "DB_OPEN_FLAGS", id, control));
  return { id, name, kind, path, file: await openShared(name, path, flags, options.open) };
}

/** With exactly the flags of the daemon: both must agree on how the file is locked. */
async function openShared(
  name: string,
  path: string,
  flags: number,
  open: AttachOptions["open"],
): Promise<SharedFile> {
  // Most users of a connection open no database, and need not load what that takes.
  const { openTdb, TdbError, TdbOpenFlag } = await import("../tdb/mod.ts");
  const openFile = open ?? ((path, flags) => openTdb(path, { flags, openFlags: TdbOpenFlag.RDWR }));
  try {
    return shareFile(path, () => openFile(path, flags));
  } catch (error) {
    if (!(error instanceof TdbError)) throw error;
    throw new AttachError(name, "open", error);
  }
}

async function each(pnns: readonly number[], send: (pnn: number) => Promise<unknown>) {
  await Promise.all(pnns.map(send));
}
