import { decode, RECORD_HEADER_SIZE, recordBuffer } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";

/**
 * Receives the records that a recovery pushes to a frozen database, between DB_PUSH_START and
 * DB_PUSH_CONFIRM (`records.md` 13.5), and stages them in its transaction.
 */
export class Push {
  readonly #host: RecordsHost;
  readonly #db: Database;
  readonly #unregister: () => void;
  #count = 0;
  #failed = false;

  constructor(host: RecordsHost, db: Database, srvid: bigint) {
    this.#host = host;
    this.#db = db;
    this.#unregister = host.registerHandler(srvid, (data) => this.#receive(data));
  }

  /** Records received; the pusher compares it with what it sent. */
  get count(): number {
    return this.#count;
  }

  /** Stops listening. */
  discard(): void {
    this.#unregister();
    if (this.#db.push === this) this.#db.push = undefined;
  }

  #receive(data: Uint8Array): void {
    const { transaction } = this.#db;
    if (this.#failed || transaction === undefined) return;
    try {
      const buffer = decode(recordBuffer, data);
      if (buffer.dbId !== this.#db.id) return this.#fail(`buffer of database ${buffer.dbId}`);
      const bad = buffer.records.find((record) => record.data.length < RECORD_HEADER_SIZE);
      if (bad !== undefined) return this.#fail(`record of ${bad.data.length} bytes`);
      if (!transaction.stage(data)) return this.#fail("too much to keep");
      this.#count += buffer.records.length;
    } catch (error) {
      this.#fail(faultText(error));
    }
  }

  /** Later buffers are ignored, and the count will not match. */
  #fail(reason: string): void {
    this.#failed = true;
    this.#db.transaction?.poison();
    this.#host.log.error(`push to ${this.#db.name}: ${reason}`);
  }
}
