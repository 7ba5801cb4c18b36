import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  ConfigError,
  confSchema,
  distributionDirs,
  loadConf,
  readConf,
  resolvePaths,
  systemConfigIo,
} from "../../../lib/config/mod.ts";
import type { ConfReadResult } from "../../../lib/config/mod.ts";
import type { CliVector } from "../../support/cli-vectors.ts";
import { loadCliVectors, substitute } from "../../support/cli-vectors.ts";
import { expectedRun } from "../../support/departures.ts";
import { parseLogLevel } from "../../../lib/logging/mod.ts";
import { withDirectory } from "./reference.ts";

const vectors = loadCliVectors("config-path")
  .map((vector, index) => expectedRun("config-path", index, vector));

/** The runs of ctdb-config whose result depends on the configuration and not on the command line. */
const configRuns = vectors.filter(({ argv, setup }) => {
  const [program, ...words] = argv;
  const known = /contents: |no ctdb.conf|ctdb.conf absent/.test(setup);
  return program === "ctdb-config" && known && commandOf(words) !== undefined;
});

/** The command, its operands and the log level, where the words are in order. */
function commandOf(words: readonly string[]) {
  const level = words[0] === "-d" ? parseLogLevel(words[1]!) ?? 0 : 0;
  const [command, ...operands] = words[0] === "-d" ? words.slice(2) : words;
  const count = { dump: 0, validate: 0, get: 2 }[command ?? ""];
  return operands.length === count && !operands.includes("-h")
    ? { command, operands, level }
    : undefined;
}

/** The text of the file that a run had; undefined: none. */
function contentsOf({ setup }: CliVector): string | undefined {
  const quoted = /contents: (".*")$/.exec(setup)?.[1];
  return quoted === undefined ? undefined : JSON.parse(quoted);
}

async function run(vector: CliVector, directory: string): Promise<void> {
  const { command, operands, level } = commandOf(vector.argv.slice(1))!;
  const places = {
    WORK: directory,
    LOGDIR: directory,
    VARDIR: distributionDirs.vardir,
    ETCDIR: distributionDirs.etcdir,
  };
  const base = `${directory}/cfg`;
  await Deno.mkdir(base);
  const contents = contentsOf(vector);
  if (contents !== undefined) {
    await Deno.writeTextFile(`${base}/ctdb.conf`, substitute(contents, places));
  }
  const env = { CTDB_TEST_MODE: "1", CTDB_BASE: base };
  const paths = resolvePaths(env, { ...distributionDirs, logdir: directory });
  let stdout = "";
  let stderr = "";
  let exit = 0;
  const say = (text: string) => stderr += `${text}\n`;
  if (
    command === "get" && readDefaults(paths).values.get(operands[0]!, operands[1]!) === undefined
  ) {
    say(`Configuration option [${operands[0]}] -> "${operands[1]}" not defined`);
    exit = 2;
  } else {
    const read = await loadConf(paths, systemConfigIo, command === "validate");
    if (level === 10) say(`Reading config file ${paths.config}`);
    const heard = read.messages.filter((message) => !message.ours && message.level <= level);
    for (const message of heard) say(message.text);
    const missing = command === "validate" && read.missing;
    if (!read.ok || missing) {
      say(`Failed to load config file ${paths.config}`);
      exit = missing ? 2 : 22;
    } else if (command === "dump") stdout = read.values.dump();
    else if (command === "get") stdout = `${read.values.get(operands[0]!, operands[1]!)}\n`;
  }
  deepStrictEqual(
    { stdout, stderr, exit },
    {
      stdout: substitute(vector.stdout, places),
      stderr: substitute(vector.stderr, places),
      exit: vector.exit,
    },
    `${vector.argv.join(" ")} (${vector.setup})`,
  );
}

function readDefaults(paths: ReturnType<typeof resolvePaths>): ConfReadResult {
  const { etcdir } = paths;
  return readConf("", { schema: confSchema(paths), strict: false, etcdir, stat: () => undefined });
}

Deno.test("ctdb-config: what 4.24.5 printed, from our values and messages", async () => {
  ok(configRuns.length >= 58, `too few vectors: ${configRuns.length}`);
  for (const vector of configRuns) await withDirectory((directory) => run(vector, directory));
});

Deno.test("ctdb-path: what 4.24.5 printed", () => {
  const runs = vectors.filter(({ argv, exit }) =>
    argv[0] === "ctdb-path" && exit !== 1 && exit !== 22
  );
  ok(runs.length >= 20, `too few vectors: ${runs.length}`);
  const places = {
    WORK: "/work",
    ETCDIR: distributionDirs.etcdir,
    RUNDIR: distributionDirs.rundir,
    VARDIR: distributionDirs.vardir,
    DATADIR: distributionDirs.datadir,
  };
  for (const { argv, env, stdout, stderr } of runs) {
    const actual = { stdout: "", stderr: "" };
    const filled = Object.entries(env ?? {}).map((
      [name, value],
    ) => [name, substitute(value, places)]);
    try {
      actual.stdout = `${pathOf(argv.slice(1), Object.fromEntries(filled))}\n`;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      actual.stderr = `${error.message}\n`;
    }
    const expected = { stdout: substitute(stdout, places), stderr };
    deepStrictEqual(actual, expected, argv.join(" "));
  }
});

function pathOf([what, ...operands]: readonly string[], env: Record<string, string>): string {
  const paths = resolvePaths(env, distributionDirs);
  if (what === "config") return paths.config;
  if (what === "socket") return paths.socketOf(operands[0]!);
  if (what === "pidfile") return paths.pidfileOf(operands[0]!);
  const directory = { etcdir: paths.etcdir, rundir: paths.rundir, vardir: paths.vardir }[what!] ??
    paths.datadir;
  if (operands.length === 0) return directory;
  strictEqual(operands[0], "append");
  return `${directory}/${operands[1]}`;
}
