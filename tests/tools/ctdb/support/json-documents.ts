import assert from "node:assert/strict";
import { commandTable } from "../../../../cli/ctdb/commands.ts";
import { readSchemas, violations } from "./json-schema.ts";

const page = Deno.readTextFileSync(new URL("../../../../docs/json.md", import.meta.url));
const { definitions, commands } = readSchemas(page);

/** Holds what `ctdb --json` printed against the schema of the command that prints it. */
export async function checkDocument(words: readonly string[], stdout: string): Promise<void> {
  if (!words.includes("--json") || stdout === "") return;
  const command = commandTable.find(({ name }) => words.includes(name));
  const schema = await command?.schema() ?? commands.get(command?.name ?? "");
  assert.ok(schema !== undefined, `no schema in docs/json.md: ${words.join(" ")}`);
  assert.deepEqual(violations(JSON.parse(stdout), schema, definitions), []);
}
