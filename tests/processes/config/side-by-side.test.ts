import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { ConfReadResult } from "../../../lib/config/mod.ts";
import {
  ConfigError,
  confSchema,
  distributionDirs,
  parseNodes,
  readConf,
  resolvePaths,
  systemConfigIo,
} from "../../../lib/config/mod.ts";
import {
  olderSchema,
  referenceAvailable,
  runReference,
  withDirectory,
} from "../../unit/config/reference.ts";

/** What ctdb-config would print for a file, from ours. */
function ours(base: string, text: string, strict: boolean) {
  const paths = resolvePaths({ CTDB_TEST_MODE: "1", CTDB_BASE: base }, distributionDirs);
  const schema = olderSchema(confSchema(paths));
  const result = readConf(text, { schema, strict, etcdir: base, stat: systemConfigIo.stat });
  const stdout = strict || !result.ok ? "" : result.values.dump();
  return { stdout, stderr: errorsOf(base, result), exit: result.ok ? 0 : 22 };
}

function errorsOf(base: string, result: ConfReadResult): string {
  const lines = result.messages.filter((message) => !message.ours).map((message) => message.text);
  if (!result.ok) lines.push(`Failed to load config file ${base}/ctdb.conf`);
  return [`Reading config file ${base}/ctdb.conf`, ...lines].map((line) => `${line}\n`).join("");
}

/** Why ours refuses what the C reader passes over, and with it perhaps the cluster lock. */
const STRICTER =
  /conf: syntax error in line|invalid value \[cluster\] -> "leader timeout" = "[+-]?\d.*[^\d].*"/;

function compare(base: string, text: string): void {
  Deno.writeTextFileSync(`${base}/ctdb.conf`, text);
  const title = JSON.stringify(text);
  const validate = runReference(base, "ctdb-config", ["-d", "DEBUG", "validate"]);
  const mine = ours(base, text, true);
  if (mine.exit === 22 && STRICTER.test(mine.stderr)) return;
  deepStrictEqual(mine, validate, title);
  const dump = runReference(base, "ctdb-config", ["-d", "DEBUG", "dump"]);
  deepStrictEqual(ours(base, text, false), dump, title);
}

const levels = ["1x", "0x11", "012", "4294967296", "18446744073709551616", "errors", "+3", "''"];
const locations = ["file:", "FILE:/tmp/x", "::file::x", ":", "syslog:udp:foo", "syslog:foo:udp"]
  .concat(
    "file:/tmp:/nonexist/x",
    "file::/nonexist/x",
    "file:/etc/passwd/x",
    "file://",
    "file:/tmp/",
  );
const addresses = ["10.0.0.1:22", "[::1]", "::ffff:10.0.0.1", "::ffff:a00:1", "fe80::1%lo", "10.1"]
  .concat("10.0.0.01", "0.0.0.0", "1::2::3", "1:2:3:4:5:6:7::", "::1.2.3.4", "1:2:3:4:5:6:7:8:9");
const integers = [
  "010",
  "08",
  "0x",
  "0x10zz",
  "+7",
  "-0",
  "2147483647",
  "2147483648",
  "4294967297",
];
const scripts = [
  "run.sh",
  "plain.sh",
  "directory",
  "link.sh",
  "dangling.sh",
  "/a/run.sh",
  "run.sh/",
]
  .concat("/", ".", "run.sh arg", "group.sh");
const directories = ["/tmp", "rel", "/etc/passwd", "/nonexist"];

const odd = [
  ...levels.map((value) =>
    `[logging]\nlog level = ${value}\n[legacy]\nscript log level = ${value}\n`
  ),
  ...locations.map((value) => `[logging]\nlocation = ${value}\n`),
  ...addresses.map((value) => `[cluster]\nnode address = ${value}\n`),
  ...integers.map((value) => `[cluster]\nleader timeout = ${value}\n`),
  ...scripts.map((value) =>
    `[event]\ndebug script=${value}\n[database]\nlock debug script=${value}\n`
  ),
  ...directories.map((value) => `[database]\nvolatile database directory = ${value}\n`),
];

async function prepareScripts(base: string): Promise<void> {
  await Deno.writeTextFile(`${base}/run.sh`, "", { mode: 0o700 });
  await Deno.writeTextFile(`${base}/plain.sh`, "", { mode: 0o600 });
  await Deno.writeTextFile(`${base}/group.sh`, "");
  await Deno.chmod(`${base}/group.sh`, 0o611);
  await Deno.mkdir(`${base}/directory`);
  await Deno.symlink("run.sh", `${base}/link.sh`);
  await Deno.symlink("/nonexist", `${base}/dangling.sh`);
}

Deno.test({
  name: "side by side: odd values in ctdb.conf (needs Debian's ctdb-config)",
  ignore: !referenceAvailable,
  fn: () =>
    withDirectory(async (base) => {
      await prepareScripts(base);
      for (const text of odd) compare(base, text);
    }),
});

const words = ["[cluster]", "[logging]", "[x]", "[", "]", "=", " = ", " ", "  ", "\t", "\\", "\\\n"]
  .concat(
    "\\ \n",
    "\\\t \n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\0",
    "#",
    ";",
    "\v",
    "\f",
    "é",
    "cluster lock",
  )
  .concat(
    "leader timeout",
    "log level",
    "transport",
    "tcp",
    "leader capability",
    "yes",
    "e",
    "5",
    "8",
  );

Deno.test({
  name: "side by side: random texts as ctdb.conf (needs Debian's ctdb-config)",
  ignore: !referenceAvailable,
  fn: () =>
    withDirectory((base) => {
      const text = fc.array(fc.constantFrom(...words), { maxLength: 14 })
        .map((parts) => `[cluster]\n${parts.join("")}`);
      fc.assert(fc.property(text, (text) => compare(base, text)), { numRuns: 60 });
    }),
});

const nodeLines = [
  "127.0.0.1:4379",
  "127.0.0.1/8",
  "localhost",
  "[127.0.0.1]",
  "[::1]",
  "[::1",
  "::1]",
]
  .concat(
    "127.0.0.1 x",
    "127.0.0.1\r",
    " 127.0.0.1 \t\r\r",
    "010.0.0.1",
    "1.2.3",
    "::",
    "[]",
    "[[::1]]",
  )
  .concat("::FFFF:1.2.3.4", "::ffff:102:304", "[::ffff:1.2.3.4]", "::1.2.3.4", "::ffff:0:1.2.3.4")
  .concat("0:0:0:0:0:ffff:1.2.3.4", "2001:DB8::0A", "1:0:0:2:0:0:0:3", "1:0:2:3:4:5:6:7", "0:0:1::")
  .concat(
    "\v1.2.3.4",
    "1.2.3.4\v",
    "1.2.3.4\\\n",
    "1.2.3.4\0z",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
  )
  .concat("#a\n\n  \n127.0.0.1\n#\n\t ::1\n # x\n\n", "1.2.3.4\n\r\n5.6.7.8", "256.1.1.1", "::1%lo")
  .concat("", "\n\n", "#", "fd00::1\n1.2.3.4\nbogus\n");

/** Lists that ours reads otherwise on purpose (`docs/differences.md`). */
const OTHERWISE: Readonly<Record<string, string | undefined>> = {
  // Every spelling of an address is that address.
  "::ffff:102:304": "|0|1.2.3.4|\n",
};

Deno.test({
  name: "side by side: nodes files (needs Debian's ctdb)",
  ignore: !referenceAvailable,
  fn: () =>
    withDirectory((base) => {
      for (const text of nodeLines) {
        Deno.writeTextFileSync(`${base}/nodes`, text);
        const { stdout, exit } = runReference(base, "ctdb", ["listnodes", "-X"]);
        const theirs = exit === 0 ? stdout : undefined;
        const expected = text in OTHERWISE ? OTHERWISE[text] : theirs;
        deepStrictEqual(listNodes(text), expected, JSON.stringify(text));
      }
    }),
});

/** What `ctdb listnodes -X` prints; undefined when the file is refused. */
function listNodes(text: string): string | undefined {
  try {
    return parseNodes(text, "nodes").filter((node) => !node.deleted)
      .map((node) => `|${node.pnn}|${node.address.address}|\n`).join("");
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
