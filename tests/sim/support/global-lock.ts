import { ControlError } from "../../../lib/client/mod.ts";
import type { Client } from "./client.ts";
import type { ClientDatabase } from "./client-database.ts";

/** A waiter looks again after this long, give or take. */
const RETRY_MS = { low: 2, high: 30 };

/**
 * The lock by which clients take turns with their transactions: a record with its holder
 * (`records.md` 11.3). A holder whose process is gone is pushed aside.
 */
export class GlobalLock {
  readonly #client: Client;
  readonly #db: ClientDatabase;
  readonly #key: Uint8Array;

  constructor(client: Client, db: ClientDatabase, name: string) {
    this.#client = client;
    this.#db = db;
    this.#key = new TextEncoder().encode(`${name}\0`);
    const { machine, process } = client;
    machine.lockHolders.add(process);
    process.atEnd(() => machine.lockHolders.delete(process));
  }

  async lock(): Promise<void> {
    const me = this.#me();
    for (;;) {
      const record = await this.#db.fetchLocked(this.#key);
      const holder = new TextDecoder().decode(record.data);
      if (holder === "" || holder === me) {
        record.store(new TextEncoder().encode(me));
        return record.unlock();
      }
      record.unlock();
      if (await this.#exists(holder)) await this.#client.sleep(RETRY_MS.high);
      else await this.#pushAside(holder);
    }
  }

  /** False when somebody has pushed us aside meanwhile. */
  async unlock(): Promise<boolean> {
    const record = await this.#db.fetchLocked(this.#key);
    const mine = new TextDecoder().decode(record.data) === this.#me();
    if (mine) record.store(new Uint8Array());
    record.unlock();
    return mine;
  }

  async #pushAside(dead: string): Promise<void> {
    const record = await this.#db.fetchLocked(this.#key);
    if (new TextDecoder().decode(record.data) === dead) record.store(new Uint8Array());
    record.unlock();
    await this.#client.sleep(RETRY_MS.low);
  }

  async #exists(holder: string): Promise<boolean> {
    const [pnn, pid] = holder.split(":").map(Number);
    try {
      await this.#client.control(pnn!, "PROCESS_EXISTS", pid!);
      return true;
    } catch (error) {
      if (error instanceof ControlError) return false;
      throw error;
    }
  }

  #me(): string {
    return `${this.#client.pnn}:${this.#client.process.pid}`;
  }
}
