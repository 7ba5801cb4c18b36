/**
 * The part of `docs/json.md` that is made: the schemas of the commands that say theirs beside their
 * code. `deno task docs` writes them, a check compares them.
 *
 * @module
 */
import { commandTable } from "../cli/ctdb/commands.ts";
import { ROOT } from "./console.ts";
import { capture } from "./run.ts";

/** What the formatter leaves on one line. */
const MOST_COLUMNS = 88;
const PAGE = `${ROOT}docs/json.md`;

/** A command with what it prints under `--json`. */
interface Documented {
  readonly name: string;
  readonly about: string;
  readonly schema: unknown;
}

/** The commands that say their schema beside their code. */
async function documented(): Promise<readonly Documented[]> {
  const rows = await Promise.all(commandTable.map(async (command) => {
    const schema = await command.schema();
    return schema === undefined ? [] : [{ name: command.name, about: command.about, schema }];
  }));
  return rows.flat();
}

/** The page with these schemas in it, each under the heading of its command. */
export function withSchemas(page: string, commands: readonly Documented[]): string {
  return commands.reduce((text, { name, about, schema }) => {
    const block = `\`\`\`json\n${jsonText(schema)}\n\`\`\`\n`;
    const section = sectionOf(text, name);
    if (section === undefined) {
      return `${text.trimEnd()}\n\n## ${name}\n\n${about[0]!.toUpperCase()}${
        about.slice(1)
      }.\n\n${block}`;
    }
    const [start, end] = section;
    const old = text.slice(start, end);
    return text.slice(0, start) + old.replace(/```json\n[^]*?```\n/, () => block) + text.slice(end);
  }, page);
}

/** JSON with what is short on one line. */
function jsonText(value: unknown, indent = ""): string {
  const line = JSON.stringify(value, null, 1).replace(/\n */g, " ").replace(
    /\[ | \]/g,
    (m) => m.trim(),
  );
  const fits = indent !== "" && indent.length + line.length <= MOST_COLUMNS;
  if (typeof value !== "object" || value === null || fits) return line;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => `${inner}${jsonText(item, inner)}`)
    : Object.entries(value).map(([key, item]) => `${inner}"${key}": ${jsonText(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${items.join(",\n")}\n${indent}${close}`;
}

/** Where the section of a command stands in the page. */
function sectionOf(page: string, name: string): readonly [start: number, end: number] | undefined {
  const start = page.indexOf(`\n## ${name}\n`);
  if (start < 0) return undefined;
  const end = page.indexOf("\n## ", start + 1);
  return [start, end < 0 ? page.length : end];
}

/** The commands whose schema in the page is not that of their code. */
export async function checkJsonDocs(): Promise<string[]> {
  const page = await Deno.readTextFile(PAGE);
  const plain = (text: string) => text.replace(/\s+/g, "");
  return (await documented())
    .filter((command) => plain(withSchemas(page, [command])) !== plain(page))
    .map(({ name }) => `docs/json.md: ${name} is not as its code says; run \`deno task docs\``);
}

/** Writes the schemas into the page. */
export async function writeJsonDocs(): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  await Deno.writeTextFile(PAGE, withSchemas(page, await documented()));
  const { success, output } = await capture([Deno.execPath(), "fmt", "--quiet", PAGE], {
    cwd: ROOT,
  });
  if (!success) throw new Error(`format docs/json.md: ${output}`);
}
