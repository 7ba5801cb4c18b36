import { ControlError } from "../../../lib/client/mod.ts";
import {
  CURRENT_NODE,
  readRecordHeader,
  recordData,
  type RecordHeader,
  recordValue,
  SEQNUM_KEY,
} from "../../../lib/wire/mod.ts";
import type { Client } from "./client.ts";
import { ClientDatabase } from "./client-database.ts";
import { GlobalLock } from "./global-lock.ts";
import { counterKey, TOTAL_KEY, TransactionWatch } from "./transaction-watch.ts";
import type { Operation, Workload } from "./workload.ts";

const PERSISTENT = "DB_ATTACH_PERSISTENT";
/** Between two attempts of a commit that was refused. */
const RETRY_MS = 20;

interface Change {
  readonly reqid: number;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * Clients that commit to a persistent database (`records.md` 11.2): each transaction counts in a
 * record of the client and in one that all share.
 *
 * @param name distinguishes the clients; the same in each life of one
 */
export function transactions(
  database: string,
  name: string,
  attach: typeof PERSISTENT | "DB_ATTACH_REPLICATED" = PERSISTENT,
): Workload {
  return async (client: Client): Promise<Operation> => {
    const locks = await ClientDatabase.attach(client, "g_lock.tdb");
    const db = await ClientDatabase.attach(client, database, attach);
    const lock = new GlobalLock(client, locks, `transaction_db_0x${db.id.toString(16)}`);
    return async () => {
      await lock.lock();
      await new Transaction(client, db, counterKey(name), attach === PERSISTENT).run();
      await lock.unlock();
    };
  };
}

class Transaction {
  readonly #client: Client;
  readonly #db: ClientDatabase;
  readonly #counter: string;
  readonly #lasting: boolean;

  constructor(client: Client, db: ClientDatabase, counter: string, lasting: boolean) {
    this.#client = client;
    this.#db = db;
    this.#counter = counter;
    this.#lasting = lasting;
  }

  async run(): Promise<void> {
    const seqnum = await this.#number(SEQNUM_KEY);
    const counterKey = TransactionWatch.key(this.#counter);
    const count = await this.#number(counterKey);
    const records = [
      await this.#raised(counterKey),
      await this.#raised(TransactionWatch.key(TOTAL_KEY)),
      await this.#raised(SEQNUM_KEY),
    ];
    const { witness } = this.#client.machine;
    for (;;) {
      const committed = await this.#commit(records);
      if (!committed) {
        const now = await this.#number(SEQNUM_KEY);
        if (now === seqnum) {
          await this.#client.sleep(RETRY_MS);
          continue;
        }
        // Whose change it is that a recovery has kept shows only in our own record.
        if (now !== seqnum + 1n || await this.#number(counterKey) !== count + 1n) return;
      }
      const { name } = this.#db;
      return witness.acknowledged(name, this.#counter, count + 1n, this.#lasting);
    }
  }

  async #commit(records: readonly Change[]): Promise<boolean> {
    try {
      await this.#client.control(CURRENT_NODE, "TRANS3_COMMIT", { dbId: this.#db.id, records });
      return true;
    } catch (error) {
      if (error instanceof ControlError) return false;
      throw error;
    }
  }

  async #raised(key: Uint8Array): Promise<Change> {
    const value = await this.#read(key);
    const old = value === undefined ? undefined : readRecordHeader(value);
    const header: RecordHeader = {
      rsn: (old?.rsn ?? 0n) + 1n,
      dmaster: this.#client.pnn,
      flags: old?.flags ?? 0,
    };
    return { reqid: 0, key, data: recordValue(header, u64(numberOf(value) + 1n)) };
  }

  async #number(key: Uint8Array): Promise<bigint> {
    return numberOf(await this.#read(key));
  }

  async #read(key: Uint8Array): Promise<Uint8Array | undefined> {
    const unlock = await this.#db.lockChain(key);
    const value = this.#db.tdb.fetch(key);
    unlock();
    return value;
  }
}

function numberOf(value: Uint8Array | undefined): bigint {
  const data = value === undefined ? undefined : recordData(value);
  if (data?.length !== 8) return 0n;
  return new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0, true);
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
