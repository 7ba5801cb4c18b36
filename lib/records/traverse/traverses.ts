import type { ControlHandlers } from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordsStatistics } from "../statistics.ts";
import type { RecordsStorage } from "../storage/storage.ts";
import { OpenTraverses } from "./open-traverses.ts";
import { TraverseWorkers } from "./workers.ts";

/** The controls of traverses. */
export type TraverseControlName =
  | "TRAVERSE_START"
  | "TRAVERSE_START_EXT"
  | "TRAVERSE_ALL"
  | "TRAVERSE_ALL_EXT"
  | "TRAVERSE_DATA"
  | "TRAVERSE_KILL";

/** What {@link Traverses} works with. */
interface Ports {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly databases: DatabaseList;
  readonly stats: RecordsStatistics;
}

/** All records of a database for a client, from all nodes that have some (`records.md` 12). */
export class Traverses {
  readonly #open: OpenTraverses;
  readonly #workers: TraverseWorkers;
  readonly handlers: ControlHandlers<TraverseControlName>;

  constructor({ host, storage, databases, stats }: Ports) {
    const open = this.#open = new OpenTraverses(host, databases, stats);
    this.#workers = new TraverseWorkers({ host, storage, databases, open });
    this.handlers = { ...open.handlers, ...this.#workers.handlers };
  }

  /** A client has gone: its traverses end, on all nodes. */
  clientGone(id: number): void {
    this.#open.clientGone(id);
  }

  /** Ends the traverses of a database that goes away. */
  drop(db: Database): void {
    this.#workers.drop(db);
    this.#open.drop(db);
  }
}
