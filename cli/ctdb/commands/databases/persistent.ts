import { upToNul } from "../../../../lib/wire/mod.ts";
import { DatabaseError, ReplicatedDatabase, type Transaction } from "../../../../lib/client/mod.ts";
import { MAX_PTRANS_INPUT_BYTES } from "../../../../lib/limits/mod.ts";
import { attachFound } from "./attach.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { findDatabase, isVolatile } from "./find-database.ts";
import { parseTransactionLine, splitLines } from "./ptrans-lines.ts";
import { readInput } from "../../framework/read-input.ts";
import { bytesJson } from "../../printing/record-text.ts";
import { bytesOperand } from "../../printing/text-bytes.ts";

export const commands = { pfetch, pstore, pdelete, ptrans } satisfies ClusterCommands;

async function pfetch(call: ClusterCall): Promise<void> {
  using database = await transactionDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  const value = await inTransaction(call, database, (transaction) => transaction.fetch(key));
  call.print({
    human: () => `${new TextDecoder().decode(upToNul(value ?? new Uint8Array()))}\n`,
    json: () => ({
      database: database.name,
      ...bytesJson("key", key),
      ...(value === undefined ? { value: null, value_hex: null } : bytesJson("value", value)),
    }),
  });
}

async function pstore(call: ClusterCall): Promise<void> {
  using database = await transactionDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  const value = bytesOperand(call, call.operand(2), "value");
  if (key.length === 0) call.fail(1, `Failed to store record for key ${call.operand(1)}`);
  await inTransaction(call, database, (transaction) => transaction.store(key, value));
}

async function pdelete(call: ClusterCall): Promise<void> {
  using database = await transactionDatabase(call);
  const key = bytesOperand(call, call.operand(1), "key");
  if (key.length === 0) call.fail(1, `Failed to delete record for key ${call.operand(1)}`);
  await inTransaction(call, database, (transaction) => transaction.delete(key));
}

async function ptrans(call: ClusterCall): Promise<void> {
  const file = call.operands[1];
  using database = await transactionDatabase(call);
  const input = file === undefined ? call.io.stdin : await openInput(call, file);
  const text = await readInput(call, input, MAX_PTRANS_INPUT_BYTES);
  await inTransaction(call, database, (transaction) => {
    for (const line of splitLines(text)) {
      const change = parseTransactionLine(line);
      if (typeof change === "string") call.note(change);
      else if (change.key.length > 0) transaction.store(change.key, change.value);
    }
  });
}

async function openInput(call: ClusterCall, file: string): Promise<ReadableStream<Uint8Array>> {
  try {
    return (await Deno.open(file)).readable;
  } catch {
    return call.fail(1, `Failed to open file ${file}`);
  }
}

async function transactionDatabase(call: ClusterCall): Promise<ReplicatedDatabase> {
  const operand = call.operand(0);
  const found = await findDatabase(call, operand);
  const database = isVolatile(found) ? undefined : await attachFound(call, found);
  if (database instanceof ReplicatedDatabase) return database;
  return call.fail(1, `Transactions not supported on DB ${operand}`);
}

async function inTransaction<T>(
  call: ClusterCall,
  database: ReplicatedDatabase,
  work: (transaction: Transaction) => T,
): Promise<T> {
  try {
    return await database.transaction(work, { signal: call.signal });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    call.note(error.message);
    return call.fail(1, `Failed to commit transaction on db ${database.name}`);
  }
}
