import { CURRENT_NODE } from "../../../lib/wire/mod.ts";
import type { Client } from "./client.ts";
import { ClientDatabase } from "./client-database.ts";
import type { SeededRandom } from "../../../testing/seeded-random.ts";
import type { Operation, Workload } from "./workload.ts";

/** How the clients of the counter workload behave. */
export interface CounterOptions {
  readonly database: string;
  readonly keys: number;
  /** Share of operations that delete instead of counting. */
  readonly deletes: number;
  /** Share of operations that only read; with any, the database has read-only copies. */
  readonly reads: number;
}

/**
 * Clients that do what smbd does with its records: fetch one locked, change it, unlock it. What they
 * write says who wrote it, so that nothing is mistaken for something else.
 */
export function counters({ database, keys, deletes, reads }: CounterOptions): Workload {
  return async (client: Client, random: SeededRandom): Promise<Operation> => {
    const db = await ClientDatabase.attach(client, database);
    if (reads > 0) await client.control(CURRENT_NODE, "SET_DB_READONLY", db.id);
    let written = 0;
    return async () => {
      if (random.chance(reads)) return void await db.read(keyOf(random.below(keys)));
      const record = await db.fetchLocked(keyOf(random.below(keys)));
      if (random.chance(0.3)) await client.sleep(random.between(0, 4));
      const count = Number(text(record.data).split(" ")[0] || "0") + 1;
      const value = `${count} ${client.process.name}-${client.process.pid} ${written++}`;
      record.store(bytes(random.chance(deletes) ? "" : value));
      record.unlock();
    };
  };
}

/** The count in a counter's data. */
export function countIn(data: Uint8Array): number {
  return Number(text(data).split(" ")[0] || "0");
}

export function keyOf(n: number): Uint8Array {
  return bytes(`record ${n}`);
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
