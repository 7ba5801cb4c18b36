import type { DatabaseRecord } from "../../../../lib/client/mod.ts";
import { idText } from "../../../../lib/wire/mod.ts";
import { attachFound } from "./attach.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { findDatabase, type FoundDatabase } from "./find-database.ts";
import { recordJson, recordText } from "../../printing/record-text.ts";

export const commands = { catdb, cattdb } satisfies ClusterCommands;

/** All records of the cluster; deleted ones are left out. */
async function catdb(call: ClusterCall): Promise<void> {
  const found = await findDatabase(call, call.operand(0));
  using database = await attachFound(call, found);
  const records = withData(database.traverse({ signal: call.signal }));
  await show(call, found, records, (count) => `Dumped ${count} records\n`);
}

async function* withData(records: AsyncIterable<DatabaseRecord>): AsyncGenerator<DatabaseRecord> {
  for await (const record of records) if (record.value.length > 0) yield record;
}

/** What is in the file of this node. */
async function cattdb(call: ClusterCall): Promise<void> {
  const found = await findDatabase(call, call.operand(0));
  using database = await attachFound(call, found);
  await show(call, found, database.localRecords(), (count) => `Dumped ${count} record(s)\n`);
}

/** Prints records as they come; JSON is one document and so needs them all. */
async function show(
  call: ClusterCall,
  { dbId, name }: FoundDatabase,
  records: AsyncIterable<DatabaseRecord> | Iterable<DatabaseRecord>,
  lastLine: (count: number) => string,
): Promise<void> {
  const kept: unknown[] = [];
  let count = 0;
  for await (const record of records) {
    count++;
    if (call.options.json) kept.push(recordJson(record));
    else call.io.stdout(recordText(record));
  }
  call.print({
    human: () => lastLine(count),
    json: () => ({ id: idText(dbId), name, records: kept }),
  });
}
