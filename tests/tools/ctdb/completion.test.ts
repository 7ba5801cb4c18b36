/** The completion scripts in the shells that they are for, against a daemon that is none. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { commandTable } from "../../../cli/ctdb/commands.ts";
import { flagsOf } from "../../../cli/ctdb/framework/command-text.ts";
import { optionTexts } from "../../../cli/ctdb/framework/option-texts.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { binaryCommand } from "../../../testing/process/run-binary.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { richState } from "../../../testing/fake-daemon/fake-state.ts";
import { runCommand, succeeds } from "../../../testing/process/command.ts";

/** How a shell is asked: lines of its language that print what it offers for the words. */
interface Shell {
  readonly flags: readonly string[];
  /** Completes the words, of which the last is at the cursor, and prints a candidate a line. */
  ask(words: readonly string[]): string;
  /** The words as this shell hands them to the script. */
  cut(words: readonly string[]): readonly string[];
}

const quote = (word: string) => `'${word}'`;
const whole = (words: readonly string[]) => words;

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: {
    flags: ["--norc"],
    cut: (words) => words.flatMap((word) => word.split(/(=)/).filter((part, i) => part || i === 0)),
    ask: (words) =>
      `COMP_WORDS=(${words.map(quote).join(" ")}); COMP_CWORD=${words.length - 1}; _ctdb
       printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  zsh: {
    flags: ["-f"],
    cut: whole,
    ask: (words) => `words=(${words.map(quote).join(" ")}); CURRENT=${words.length}; _ctdb`,
  },
  fish: {
    flags: ["--no-config"],
    cut: whole,
    ask: (words) => `complete -C '${words.join(" ")}' | cut -f1`,
  },
};

/** What zsh's own completion gives to the function of a command. */
const ZSH_SETTING = `compdef() { }
compadd() { print -rl -- $texts }
_files() { print -rl -- *(N) }
`;

async function askAll(name: string, lines: readonly (readonly string[])[], env: ShellEnv) {
  const { flags, ask, cut } = SHELLS[name]!;
  const script = (await runProgram(ctdb, ["completion", name])).stdout;
  const asked = lines.map((words) => `${ask(cut(words))}\necho ---`);
  const text = `${name === "zsh" ? ZSH_SETTING : ""}${script}\n${asked.join("\n")}\n`;
  const { stdout, stderr, exit } = await runCommand([name, ...flags, "-c", text], {
    cwd: env.CTDB_BASE,
    env,
  });
  assert.equal(exit, 0, stderr);
  const answers = stdout.split("---\n").slice(0, -1);
  return answers.map((answer) => answer.split("\n").filter((line) => line !== "").sort());
}

type ShellEnv = { readonly CTDB_BASE: string } & Record<string, string>;

async function withDaemon(work: (env: ShellEnv) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-completion-" });
  try {
    await using _daemon = await FakeDaemon.start(base, richState());
    await Deno.mkdir(`${base}/bin`);
    await Deno.writeTextFile(
      `${base}/bin/ctdb`,
      `#!/bin/sh\nexport CTDB_PROGRAM=ctdb\nexec ${binaryCommand.join(" ")} "$@"\n`,
      { mode: 0o755 },
    );
    const PATH = `${base}/bin:${Deno.env.get("PATH")}`;
    await work({ CTDB_TEST_MODE: "yes", CTDB_BASE: base, PATH });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** What is asked, and what the daemon and the table know of it; `=` values as the shell has them. */
function cases(prefixed: boolean): [words: string[], wanted: string[]][] {
  const spelled = optionTexts.flatMap(({ short, long }) => [
    ...(short === undefined ? [] : [`-${short}`]),
    ...(long === undefined ? [] : [`--${long}`]),
  ]);
  const values = (option: string, texts: string[]) =>
    prefixed ? texts.map((text) => `${option}=${text}`) : texts;
  return [
    [["ctdb", "--timelimit", "5", "statu"], ["status"]],
    [["ctdb", "getdb"], ["getdbmap", "getdbseqnum", "getdbstatus"]],
    [["ctdb", "-"], spelled],
    [["ctdb", "-n", ""], ["0", "1", "2"]],
    [["ctdb", "--node", ""], ["0", "1", "2"]],
    [["ctdb", "--node="], values("--node", ["0", "1", "2"])],
    [["ctdb", "--debug=N"], values("--debug", ["NOTICE"])],
    [["ctdb", "moveip", "10.0.0.31", ""], ["0", "1", "2"]],
    [["ctdb", "reloadips", ""], ["0", "1", "2", "all"]],
    [["ctdb", "-X", "catdb", "reg"], ["registry.tdb"]],
    [["ctdb", "getvar", "MonitorI"], ["MonitorInterval"]],
    [["ctdb", "setifacelink", ""], ["eth1", "eth2"]],
    [["ctdb", "setifacelink", "eth1", "d"], ["down"]],
    ...commandTable.filter((command) => flagsOf(command).length > 0).map((command) => {
      const own = flagsOf(command).map(({ name }) => `--${name}`);
      const tool = spelled.filter((text) => text.startsWith("--"));
      return [["ctdb", command.name, "--"], [...tool, ...own]] as [string[], string[]];
    }),
    [["ctdb", "top", "--sort="], values("--sort", ["calls", "locks", "name", "pending", "wait"])],
    [["ctdb", "ipalloc", "--down="], values("--down", ["0", "1", "2"])],
  ];
}

for (const name of Object.keys(SHELLS)) {
  const isThere = succeeds([name, "--version"]);
  Deno.test({
    name: `${name} completes commands, operands and every flag`,
    ignore: !isThere,
    fn: () =>
      withDaemon(async (env) => {
        const wanted = cases(name !== "bash");
        const found = await askAll(name, wanted.map(([words]) => words), env);
        for (const [i, [words, texts]] of wanted.entries()) {
          assert.deepEqual(found[i], texts.toSorted(), words.join(" "));
        }
      }),
  });
  Deno.test({
    name: `${name} completes files itself`,
    ignore: !isThere,
    fn: () =>
      withDaemon(async (env) => {
        const [found] = await askAll(name, [["ctdb", "--socket", ""]], env);
        assert.ok(found!.some((text) => text.startsWith("bin")), found!.join(" "));
      }),
  });
}
