import type { Timer } from "../../base/mod.ts";
import { MAX_TRAVERSE_HELPERS, MAX_WAITING_TRAVERSES } from "../../limits/mod.ts";
import { type ControlHandlers, NodeFlag, type TraverseAllExt } from "../../wire/mod.ts";
import type { Database, DatabaseList } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import type { RecordsStorage, TraverseFilter, Work, WorkOutcome } from "../storage/storage.ts";
import type { OpenTraverses } from "./open-traverses.ts";
import { RecordStream } from "./record-stream.ts";

/** How often it is looked whether the node that asked is still there. */
const LOST_ORIGIN_CHECK_ms = 5000;

/** What {@link TraverseWorkers} works with. */
interface Ports {
  readonly host: RecordsHost;
  readonly storage: RecordsStorage;
  readonly databases: DatabaseList;
  readonly open: OpenTraverses;
}

/** This node's part of a traverse that some node has asked for. */
interface Worker {
  readonly db: Database;
  readonly request: TraverseAllExt;
  readonly stream: RecordStream;
  readonly check: { cancel(): void };
  /** Absent while it waits for its turn. */
  work: Work | undefined;
}

/** The telling side of traverses (`records.md` 12): reads databases for the nodes that ask. */
export class TraverseWorkers {
  readonly #parts: Ports;
  #running: Worker[] = [];
  #waiting: Worker[] = [];

  constructor(parts: Ports) {
    this.#parts = parts;
  }

  readonly handlers: ControlHandlers<"TRAVERSE_ALL" | "TRAVERSE_ALL_EXT" | "TRAVERSE_KILL"> = {
    TRAVERSE_ALL: (request, _origin, reply) => {
      reply(this.#begin({ ...request, withEmptyRecords: false }) ? 0 : -1);
    },
    TRAVERSE_ALL_EXT: (request, _origin, reply) => reply(this.#begin(request) ? 0 : -1),
    TRAVERSE_KILL: ({ reqid, srvid }, { srcnode, clientId }, reply) => {
      const { host, open } = this.#parts;
      if (srcnode === host.pnn && clientId !== 0) open.clientKills(clientId, reqid, srvid);
      const killed = [...this.#running, ...this.#waiting].find(({ request }) =>
        request.clientReqid === reqid && request.srvid === srvid
      );
      if (killed !== undefined) this.#end(killed);
      reply(0);
    },
  };

  /** The database goes away here: its traverses end, as far as they have come. */
  drop(db: Database): void {
    for (const worker of [...this.#waiting, ...this.#running]) {
      if (worker.db !== db) continue;
      worker.stream.end();
      this.#end(worker);
    }
  }

  #begin(request: TraverseAllExt): boolean {
    const { host, open, databases } = this.#parts;
    const db = databases.get(request.dbId);
    const unhealthy = db?.unhealthy !== undefined && host.tunable("AllowUnhealthyDBRead") === 0;
    const stream = new RecordStream(host, open, request, () => this.#end(worker));
    if (db === undefined || unhealthy || this.#waiting.length >= MAX_WAITING_TRAVERSES) {
      host.log.outside.warning(
        `traverse for node ${request.pnn} refused: 0x${request.dbId.toString(16)}`,
      );
      // It would wait for this node until a timeout.
      stream.end();
      return false;
    }
    const worker: Worker = {
      db,
      request,
      stream,
      check: this.#checkOrigin(request.pnn, () => this.#end(worker)),
      work: undefined,
    };
    this.#waiting.push(worker);
    this.#next();
    return true;
  }

  #next(): void {
    while (this.#running.length < MAX_TRAVERSE_HELPERS) {
      const worker = this.#waiting.shift();
      if (worker === undefined) return;
      this.#running.push(worker);
      this.#run(worker);
    }
  }

  #run(worker: Worker): void {
    const { host, storage } = this.#parts;
    const { db, request, stream } = worker;
    const filter: TraverseFilter = db.volatile
      ? { dmaster: host.pnn, content: request.withEmptyRecords ? "any" : "data" }
      : { content: "any" };
    worker.work = storage.traverse(db.file, filter, {
      batch: (records, more) => stream.send(records, more),
      done: (outcome) => this.#done(worker, outcome),
    });
  }

  #done(worker: Worker, outcome: WorkOutcome): void {
    if (!outcome.ok) {
      this.#parts.host.log.error(`traverse of ${worker.db.name}: ${outcome.reason}`);
    }
    worker.work = undefined;
    worker.stream.end();
    this.#end(worker);
  }

  #end(worker: Worker): void {
    worker.work?.cancel();
    worker.work = undefined;
    worker.check.cancel();
    worker.stream.cancel();
    this.#waiting = this.#waiting.filter((other) => other !== worker);
    this.#running = this.#running.filter((other) => other !== worker);
    this.#next();
  }

  /** A node that died sends no TRAVERSE_KILL. */
  #checkOrigin(pnn: number, lost: () => void): { cancel(): void } {
    const { host } = this.#parts;
    let timer: Timer;
    const arm = () => {
      timer = host.setTimer(LOST_ORIGIN_CHECK_ms, () => {
        if ((host.nodeFlags(pnn) & NodeFlag.DISCONNECTED) !== 0) lost();
        else arm();
      });
    };
    arm();
    return { cancel: () => timer.cancel() };
  }
}
