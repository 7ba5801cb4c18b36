/**
 * The pages of the documentation that are made from the source: what it says stands once.
 *
 * @module
 */
import { commandTable } from "../../cli/ctdb/commands.ts";
import { callText } from "../../cli/ctdb/framework/command-text.ts";
import { confSchema, distributionDirs, resolvePaths, Tunables } from "../../lib/config/mod.ts";
import { MEMORY_SHARES } from "../../lib/limits/mod.ts";
import { tunableConsequence } from "../../lib/survey/mod.ts";
import { ROOT } from "../console.ts";
import { readLimits } from "./limits.ts";

/** A page that is made; `make` gives its text, not formatted yet. */
export interface GeneratedPage {
  /** From the root. */
  readonly path: string;
  make(): string | Promise<string>;
}

const NOTE = "<!-- Made by deno task docs from the source: change it there. -->";

/** All of them. */
export const GENERATED: readonly GeneratedPage[] = [
  { path: "docs/commands.md", make: commands },
  { path: "docs/tunables.md", make: tunables },
  { path: "docs/configuration.md", make: configuration },
  { path: "docs/limits.md", make: limits },
];

function commands(): string {
  const shown = commandTable.filter(({ hidden }) => hidden !== true);
  const rows = shown.map((command) => [
    code(`${command.name} ${callText(command)}`.trim()),
    command.about,
    command.json === true ? "yes" : "",
    code(command.example[0]),
  ]);
  return page(
    "The commands of ctdb",
    "`ctdb help COMMAND` says more about each; [the tool](ctdb.md) is described elsewhere. Those with " +
      "JSON take `--json` ([schemas](json.md)).",
    table(["Command", "What it does", "JSON", "Example"], rows),
  );
}

async function tunables(): Promise<string> {
  const units = await tunableUnits();
  const usual = new Tunables();
  const rows = usual.names().map((name) => {
    const consequence = tunableConsequence(name) ?? "";
    return [code(name), String(usual.get(name)), units.get(name) ?? "", consequence];
  });
  return page(
    "Tunables",
    "Set with `ctdb setvar NAME VALUE` until the daemon ends, and for good with a line `NAME=VALUE` in " +
      "`/etc/ctdb/ctdb.tunables`. A tunable acts on the node where it is set; what the leader does " +
      "follows those of the leader: give all nodes the same. Leave them alone unless the last column " +
      "names what you want to change.",
    table(["Tunable", "Default", "Unit", "What it does"], rows),
  );
}

/** What each tunable counts, from the specification. */
async function tunableUnits(): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(`${ROOT}docs/spec/cluster.md`);
  const rows = text.matchAll(/^\| \d+ \| (\w+) \| [^|]* \| ([^|]*) \| [^|]* \|$/gm);
  return new Map([...rows].map(([, name, unit]) => [name!, unit!.trim()]));
}

function configuration(): string {
  const rows = confSchema(resolvePaths({}, distributionDirs)).map((option) => [
    code(`[${option.section}]`),
    code(option.name),
    option.type,
    option.default === undefined ? "none" : code(String(option.default)),
    option.reloadable ? "yes" : "",
    option.ours ? "" : "yes",
  ]);
  return page(
    "ctdb.conf",
    "`/etc/ctdb/ctdb.conf` has sections in brackets and lines `name = value`. " +
      "`/usr/share/ctdb/ctdb.conf.example` shows every option with what it is for; `ctdb-config " +
      "validate` in the helper directory checks the file, and a daemon does not start with a wrong one.",
    table(["Section", "Option", "Type", "Default", "Reload", "C daemon"], rows),
  );
}

async function limits(): Promise<string> {
  const sections = (await readLimits()).filter(({ limits }) => limits.length > 0)
    .map(({ path, title, limits }) =>
      `## ${title}\n\nIn [${path}](../${path}).\n\n` +
      table(
        ["Limit", "Value", "Unit", "Of what", "Beyond it"],
        limits.map((limit) => [
          code(limit.name),
          code(limit.value),
          limit.unit,
          limit.what,
          limit.beyond,
        ]),
      )
    );
  return page(
    "Limits",
    "Every queue and every size that comes from outside is bounded. These are the bounds, what they are " +
      "of and what happens beyond them; times that something waits for at the most are among them.",
    `${memorySection()}\n\n${sections.join("\n\n")}`,
  );
}

/** The sum that a daemon says at its start, by what it is made of. */
function memorySection(): string {
  const rows = MEMORY_SHARES.map(({ owner, what, bytes }) => [
    owner === "node" ? "the node" : `each ${owner}`,
    what,
    `${Math.ceil(bytes / 2 ** 20)} MiB`,
  ]);
  return "## Memory\n\n" +
    "What queues hold when they are full, which a daemon adds up in its log when it starts, and `ctdb " +
    "doctor` in its report. Recoveries and traverses stage what they collect in files.\n\n" +
    table(["For", "What", "At most"], rows);
}

function page(title: string, introduction: string, body: string): string {
  return `# ${title}\n\n${NOTE}\n\n${introduction}\n\n${body}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
