import { upToNul } from "../../../../lib/wire/mod.ts";
import { Errno } from "../../../../lib/base/mod.ts";
import {
  type FetchOptions,
  type LockedRecord,
  VolatileDatabase,
} from "../../../../lib/client/mod.ts";
import { attachFound } from "./attach.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { findDatabase, isVolatile } from "./find-database.ts";
import { bytesJson } from "../../printing/record-text.ts";
import { bytesOperand } from "../../printing/text-bytes.ts";

export const commands = { readkey, writekey, deletekey, pushrecord } satisfies ClusterCommands;

async function readkey(call: ClusterCall): Promise<void> {
  const word = call.operands[2];
  if (word !== undefined && word !== "readonly") call.usage(word);
  const options = { readonly: word !== undefined, signal: call.signal };
  using database = await volatileDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  using record = await fetchLocked(call, database, key, { verb: "fetch", ...options });
  const value = record.value ?? new Uint8Array();
  call.print({
    human: () => `Data: size:${value.length} ptr:[${new TextDecoder().decode(upToNul(value))}]\n`,
    json: () => ({
      database: database.name,
      ...bytesJson("key", key),
      ...bytesJson("value", value),
    }),
  });
}

async function writekey(call: ClusterCall): Promise<void> {
  using database = await volatileDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  const value = bytesOperand(call, call.operand(2), "value");
  using record = await fetchLocked(call, database, key, { verb: "lock", signal: call.signal });
  record.store(value);
}

async function deletekey(call: ClusterCall): Promise<void> {
  using database = await volatileDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  using record = await fetchLocked(call, database, key, { verb: "fetch", signal: call.signal });
  record.delete();
}

async function pushrecord(call: ClusterCall): Promise<void> {
  using database = await volatileDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  const value = bytesOperand(call, call.operand(2), "value");
  using record = await fetchLocked(call, database, key, { verb: "fetch", signal: call.signal });
  await record.push(value, { signal: call.signal });
}

async function volatileDatabase(call: ClusterCall): Promise<VolatileDatabase> {
  const operand = call.operand(0);
  const found = await findDatabase(call, operand);
  const database = isVolatile(found) ? await attachFound(call, found) : undefined;
  if (database instanceof VolatileDatabase) return database;
  return call.fail(1, `DB ${operand} is not a volatile database`);
}

async function fetchLocked(
  call: ClusterCall,
  database: VolatileDatabase,
  key: Uint8Array,
  { verb, ...options }: FetchOptions & { readonly verb: "fetch" | "lock" },
): Promise<LockedRecord> {
  if (key.length === 0) {
    // The database is named where the key should be, as in the C tool.
    const { name } = database;
    call.note(`fetch_lock: ${name} CALL failed, ret=${Errno.EINVAL}`);
    const shown = verb === "lock" ? name : "";
    call.fail(Errno.EINVAL, `Failed to ${verb} record for key ${shown}`);
  }
  return await database.fetchLocked(key, options);
}
