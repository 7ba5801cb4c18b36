/**
 * The shell commands and configuration of pages whose commands fit one cluster, as they are written:
 * on a host with the paths of an installation, beside two others. `tools/document-runs.ts` has what
 * runs the other pages.
 */
import assert from "node:assert/strict";
import { main as configMain } from "../../cli/ctdb-config.ts";
import { ours } from "../../testing/cluster/daemon-kind.ts";
import type { Host } from "../../testing/lab/host.ts";
import { Lab } from "../../testing/lab/lab.ts";
import { succeeds } from "../../testing/process/command.ts";
import { type DocumentBlock, documentBlocks } from "../../testing/process/document.ts";
import { runProgram } from "../../testing/process/program-io.ts";
import { RUN_BY, UNRUN_COMMANDS } from "../../tools/document-runs.ts";

const SELF = "tests/documents/documents.test.ts";
const root = new URL("../../", import.meta.url);
const pages = Object.keys(RUN_BY).filter((page) => RUN_BY[page] === SELF);
const blocksOf = (page: string) => documentBlocks(Deno.readTextFileSync(new URL(page, root)));

/** Far more than a block takes, as the machine may be busy. */
const LIMIT_S = 300;

/** Commands that go on until somebody ends them. */
const ENDLESS = ["ctdb web", "ctdb events --follow", "curl -sN"];

/** What stands in the pages, and what this lab has in its place. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/192\.0\.2\.10\b|10\.78\.0\.101\b/g, "10.99.0.101"],
  [/192\.0\.2\.1\b/g, "10.98.0.11"],
  [/948b0ffd6e0d/g, "$(ctdb --json token list | jq -r '.tokens[0].id')"],
  [/\$TOKEN\b/g, "$(ctdb token create --role=viewer)"],
  // The cluster lock of the lab is on no shared file system, and that is an error.
  [/^ctdb doctor$/gm, "ctdb doctor || [ $? = 2 ]"],
  [/admin\.pem -H/g, "/etc/ctdb/admin.pem -H"],
];

/** What must be there before the block whose text matches. */
const BEFORE: readonly (readonly [RegExp, (host: Host, lab: Lab) => Promise<void>])[] = [
  [/^ctdb backupdb/, (host) => {
    must(host, "ctdb attach settings.tdb persistent && ctdb pstore settings.tdb key value");
    return Promise.resolve();
  }],
  // As smbd does that has run there.
  [/^ctdb openfiles/, (host) => {
    must(host, "ctdb attach locking.tdb");
    return Promise.resolve();
  }],
  // The page says: and restart the daemon.
  [/^ctdb token create/, restart],
];

/** What is to be put right behind the block whose text matches. */
const AFTER: readonly (readonly [RegExp, string])[] = [[/nodes\/1\/disable/, "ctdb enable -n 1"]];

/** Runs a text in a shell on a host; what it printed. */
function must(host: Host, text: string): string {
  const shell = ["-e", "-o", "pipefail", "-c", text];
  const { exit, stdout, stderr } = host.inside("bash", shell, LIMIT_S);
  assert.equal(exit, 0, `${text}\n--- printed:\n${stdout}${stderr}`);
  return stdout;
}

async function restart(host: Host, lab: Lab): Promise<void> {
  must(host, "ctdb shutdown");
  host.startDaemon();
  await lab.untilHealthy();
}

/** The commands of a block, as they can be run here: a comment says that something is to be done. */
function commandsOf(page: string, text: string): string {
  const isUnrun = (line: string) =>
    UNRUN_COMMANDS.some(({ file, begin }) => file === page && line.startsWith(begin));
  const lines = text.split("\n").filter((line) => !isUnrun(line)).map((line) => {
    if (!ENDLESS.some((begin) => line.startsWith(begin))) return line;
    const command = line.replace(/\s+#.*$/, "");
    return `status=0; timeout 5 ${command} >/dev/null || status=$?; [ $status = 124 ]`;
  });
  return PLACES.reduce((done, [there, here]) => done.replace(there, here), lines.join("\n"));
}

async function runBlock(page: string, { text }: DocumentBlock, lab: Lab): Promise<void> {
  const host = lab.host(0);
  await BEFORE.find(([pattern]) => pattern.test(text))?.[1](host, lab);
  const home = `${lab.directory}/home`;
  // A refusal of the server is a failure of the command.
  const setUp = `export HOME=${home}; cd; echo fail >.curlrc`;
  await Deno.mkdir(home, { recursive: true });
  const [before, after] = commandsOf(page, text).split(/^# .*start ctdbd$/m);
  must(host, `${setUp}\n${before}`);
  if (after !== undefined) {
    host.startDaemon();
    must(host, `${setUp}\n${after}`);
  }
  for (const [pattern, command] of AFTER) if (pattern.test(text)) must(host, command);
}

/** Configuration is checked, and used if it is of this host. */
async function useConfiguration({ text }: DocumentBlock, lab: Lab): Promise<void> {
  const here = PLACES.reduce((done, [there, local]) => done.replace(there, local), text);
  const base = await Deno.makeTempDir({ prefix: "ctdb-documents-" });
  await Deno.writeTextFile(`${base}/ctdb.conf`, here);
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  const { exit, stderr } = await runProgram(configMain, ["validate"], { env });
  await Deno.remove(base, { recursive: true });
  assert.equal(exit, 0, `${here}\n--- printed:\n${stderr}`);
  if (!here.startsWith("[admin]")) return;
  const file = `${lab.directory}/h0/etc/ctdb.conf`;
  await Deno.writeTextFile(file, here, { append: true });
}

/** The commands of ctdb in the last column of the tables of a page, as blocks. */
function tabledCommands(page: string): DocumentBlock[] {
  return Deno.readTextFileSync(new URL(page, root)).split("\n").flatMap((row, index) => {
    const codes = row.startsWith("|")
      ? row.split("|").at(-2)!.matchAll(/`(ctdb [a-z][^`]*)`/g)
      : [];
    return [...codes].map(([, text]) => ({ line: index + 1, words: ["sh"], text: text! }));
  });
}

Deno.test({
  name: "documents: commands and configuration work as they stand in the pages",
  ignore: !Lab.available() || !succeeds(["jq", "--version"]) || !succeeds(["curl", "--version"]),
  async fn(t) {
    await using lab = await Lab.start({ hosts: [ours, ours, ours], addresses: 3 });
    for (const page of pages) {
      for (const block of blocksOf(page)) {
        const [language] = block.words;
        if (language !== "sh" && language !== "ini") continue;
        await t.step(`${page}:${block.line}`, async () => {
          if (language === "sh") await runBlock(page, block, lab);
          else await useConfiguration(block, lab);
        });
      }
    }
    for (const block of tabledCommands("docs/troubleshooting.md")) {
      const name = `docs/troubleshooting.md:${block.line}: ${block.text}`;
      await t.step(name, () => runBlock("docs/troubleshooting.md", block, lab));
    }
    await t.step("docs/troubleshooting.md: its first symptom", () => {
      const stopped = lab.host(2);
      must(stopped, "ctdb shutdown");
      assert.match(stopped.ctdb("status").stderr, /connect\(\) failed, errno=2/);
    });
  },
});
