import { RECORD_HEADER_SIZE, walkRecordBuffer } from "../../wire/mod.ts";
import { faultText } from "../errors.ts";
import type { Database } from "../database.ts";
import type { RecordsHost } from "../host.ts";
import { Room } from "../rooms.ts";

/** The records of a recovery that are being received, if there is one. */
export const pushes: Room<{ push: Push | undefined }> = new Room(() => ({ push: undefined }));

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
    const open = pushes.of(this.#db);
    if (open.push === this) open.push = undefined;
  }

  #receive(data: Uint8Array): void {
    const { transaction } = this.#db;
    if (this.#failed || transaction === undefined) return;
    try {
      let shortest = RECORD_HEADER_SIZE;
      const { dbId, count } = walkRecordBuffer(data, (_key, start, end) => {
        if (end - start < shortest) shortest = end - start;
      });
      if (dbId !== this.#db.id) return this.#fail(`buffer of database ${dbId}`);
      if (shortest < RECORD_HEADER_SIZE) return this.#fail(`record of ${shortest} bytes`);
      if (!transaction.stage(data)) return this.#fail("too much to keep");
      this.#count += count;
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
