/**
 * A program of its own that works on a node as clients do: several connections, one database. Prints
 * one line of JSON when it is done.
 *
 * @module
 */
import { Command } from "./workload-command.ts";
import {
  attachDatabase,
  DaemonConnection,
  type ReplicatedDatabase,
} from "../../../lib/client/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Adds 1 to a counter, `times` times on each of `clients` connections. */
async function count(command: Extract<Command, { kind: "count" }>): Promise<unknown> {
  const one = async () => {
    await using client = await DaemonConnection.connect(command.socket);
    using database = await attachDatabase(client, command.database);
    for (let i = 0; i < command.times; i++) {
      using record = await database.fetchLocked(
        encoder.encode(command.keys[i % command.keys.length]!),
      );
      const before = Number(decoder.decode(record.value) || "0");
      record.store(encoder.encode(String(before + 1)));
    }
  };
  await Promise.all(Array.from({ length: command.clients }, one));
  return { added: command.clients * command.times };
}

/**
 * Commits transactions until the end, each of which adds 1 to a counter of the writer's own. Tells
 * what the daemon has acknowledged for each writer.
 */
async function transact(command: Extract<Command, { kind: "transact" }>): Promise<unknown> {
  const end = performance.now() + command.seconds * 1000;
  const acknowledged: Record<string, number> = {};
  const writer = async (name: string) => {
    acknowledged[name] = 0;
    while (performance.now() < end) {
      try {
        await using client = await DaemonConnection.connect(command.socket);
        using database = await attachDatabase(client, command.database, { kind: "persistent" });
        while (performance.now() < end) {
          acknowledged[name] = await addOne(database, name);
        }
      } catch {
        // The daemon was killed under us, or is not back yet: what it has not acknowledged, it owes
        // nobody. The next connection tells.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  };
  await Promise.all(command.writers.map(writer));
  return acknowledged;
}

async function addOne(database: ReplicatedDatabase, name: string): Promise<number> {
  return await database.transaction((transaction) => {
    const key = encoder.encode(name);
    const next = Number(decoder.decode(transaction.fetch(key) ?? encoder.encode("0"))) + 1;
    transaction.store(key, encoder.encode(String(next)));
    return next;
  });
}

/** Makes records, or deletes them again. */
async function fill(command: Extract<Command, { kind: "fill" | "empty" }>): Promise<unknown> {
  await using client = await DaemonConnection.connect(command.socket);
  using database = await attachDatabase(client, command.database);
  for (let i = 0; i < command.records; i++) {
    using record = await database.fetchLocked(encoder.encode(`${command.prefix}${i}`));
    if (command.kind === "fill") record.store(encoder.encode(`value of ${command.prefix}${i}`));
    else record.delete();
  }
  return { records: command.records };
}

async function run(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "count":
      return await count(command);
    case "transact":
      return await transact(command);
    default:
      return await fill(command);
  }
}

const result = await run(JSON.parse(Deno.args[0]!) as Command);
await Deno.stdout.write(encoder.encode(`${JSON.stringify(result)}\n`));
