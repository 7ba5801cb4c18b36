import type { DbEntry } from "../../../../lib/wire/mod.ts";
import { DbFlag } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { parseU32 } from "../../../numbers.ts";

/** A database that an operand names. */
export interface FoundDatabase extends DbEntry {
  readonly name: string;
}

/**
 * The database of an operand, a name or an id that starts with `0x`, among those that the local node
 * has attached (cli.md 2.8). Ends the command when there is none.
 */
export async function findDatabase(call: ClusterCall, operand: string): Promise<FoundDatabase> {
  const found = await lookUpDatabase(call, operand);
  if (found === undefined) throw new CommandFailure(1, noSuchDatabase(operand));
  return found;
}

/** As {@link findDatabase}; `undefined` when there is none. */
export async function lookUpDatabase(
  call: ClusterCall,
  operand: string,
): Promise<FoundDatabase | undefined> {
  const { pnn } = call.client;
  const map = await call.ask(pnn, "GET_DBMAP", undefined);
  if (operand.startsWith("0x")) {
    const id = parseU32(operand);
    const entry = map.find(({ dbId }) => dbId === id);
    if (entry === undefined) return undefined;
    return { ...entry, name: await databaseName(call, entry.dbId, operand) };
  }
  for (const entry of map) {
    if (await databaseName(call, entry.dbId, operand) === operand) {
      return { ...entry, name: operand };
    }
  }
  return undefined;
}

/** What is said about an operand that names no database. */
export function noSuchDatabase(operand: string): string {
  return `No database matching '${operand}' found`;
}

function databaseName(call: ClusterCall, dbId: number, operand: string): Promise<string> {
  return call.ask(call.client.pnn, "GET_DBNAME", dbId, noSuchDatabase(operand));
}

/** Whether records of it live on one node at a time, instead of on all. */
export function isVolatile({ flags }: DbEntry): boolean {
  return (flags & (DbFlag.PERSISTENT | DbFlag.REPLICATED)) === 0;
}
