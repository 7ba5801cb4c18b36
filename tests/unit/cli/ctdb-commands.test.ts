/** What a command is stands once: usage, operands, flags and the function agree. */
import assert from "node:assert/strict";
import { commandTable } from "../../../cli/ctdb/commands.ts";
import { completeWords } from "../../../cli/ctdb/commands/help/complete.ts";
import { explain } from "../../../cli/ctdb/commands/help/help.ts";
import { SORT_ORDERS } from "../../../cli/ctdb/commands/top/view.ts";
import { C_COMMANDS } from "../../../cli/ctdb/framework/c-commands.ts";
import {
  callText,
  flagsOf,
  operandChoice,
  operandCount,
} from "../../../cli/ctdb/framework/command-text.ts";
import { parseOperands } from "../../../cli/ctdb/framework/operand-grammar.ts";
import { optionTexts } from "../../../cli/ctdb/framework/option-texts.ts";
import { parseCommandLine } from "../../../cli/ctdb/framework/options.ts";
import { SHORT_USAGE } from "../../../cli/ctdb/framework/usage.ts";

const named = (name: string) =>
  commandTable.find((command) => command.name === name) ?? assert.fail(name);

Deno.test("the table has every command of the C tool, in its order, and each name once", () => {
  const names = commandTable.map(({ name }) => name);
  assert.deepEqual(names.slice(0, C_COMMANDS.length), C_COMMANDS);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("every usage parses to operands that print as the usage again", () => {
  for (const { name, operands } of commandTable) {
    const parsed = parseOperands(operands);
    const texts = parsed.map(({ text, repeats }) => repeats ? `${text} ...` : text);
    const plain = operands.replaceAll("[", "").replaceAll("]", "");
    assert.equal(texts.join(" "), plain, name);
    assert.equal(parsed.filter(({ optional }) => optional).length > 0, operands.includes("["));
  }
});

Deno.test("a usage that cannot be read is a mistake", () => {
  for (const usage of ["<a", "a>", "[<a>", "<a>]", "[[<a>]]", "...", "<a> []]"]) {
    assert.throws(() => parseOperands(usage), RangeError, usage);
  }
});

Deno.test("operands are counted as the usage says, unless the C tool counts otherwise", () => {
  const counts = (name: string) => operandCount(named(name));
  assert.deepEqual(counts("status"), [0, 0]);
  assert.deepEqual(counts("setvar"), [2, 2]);
  assert.deepEqual(counts("stats"), [0, 1]);
  assert.deepEqual(counts("detach"), [1, Infinity]);
  assert.deepEqual(counts("restoredb"), [1, 2]);
  assert.deepEqual(counts("tstore"), [3, 5]);
  assert.deepEqual(counts("tickle"), [0, 2]);
  assert.deepEqual(counts("pnn"), [0, Infinity]);
});

Deno.test("what an operand may be follows from the usage", () => {
  const choice = (name: string, index: number) => {
    const operand = operandChoice(named(name), index);
    return operand && [operand.kind, ...operand.words];
  };
  assert.deepEqual(choice("moveip", 0), [undefined]);
  assert.deepEqual(choice("moveip", 1), ["node"]);
  assert.deepEqual(choice("nodestatus", 0), ["node", "all"]);
  assert.deepEqual(choice("detach", 5), ["database"]);
  assert.deepEqual(choice("setifacelink", 1), [undefined, "up", "down"]);
  assert.deepEqual(choice("attach", 1), [
    undefined,
    "persistent",
    "replicated",
    "readonly",
    "sticky",
  ]);
  assert.deepEqual(choice("restoredb", 1), ["database"]);
  assert.deepEqual(choice("readkey", 2), [undefined, "readonly"]);
  assert.deepEqual(choice("runstate", 3)?.slice(1, 3), ["setup", "first_recovery"]);
  assert.equal(choice("status", 0), undefined);
});

Deno.test("every row has its function", async () => {
  for (const command of commandTable) {
    assert.equal(typeof await command.load(), "function", command.name);
  }
});

Deno.test("every flag stands in the usage and the help, and is read behind the command", () => {
  for (const command of commandTable) {
    for (const flag of flagsOf(command)) {
      const value = flag.value === undefined ? "" : `=${flag.value.words[0] ?? "1"}`;
      const line = [command.name, `--${flag.name}${value}`];
      const parsed = parseCommandLine(line, (name) => flagsOf(named(name)));
      assert.ok(parsed.kind === "run", line.join(" "));
      assert.deepEqual([...parsed.flags], [[flag.name, value.slice(1)]]);
      assert.ok(callText(command).includes(`[--${flag.name}`));
      assert.ok(explain(command).includes(flag.about));
    }
  }
  assert.deepEqual(flagsOf(named("top")).find(({ name }) => name === "sort")?.value?.words, [
    ...SORT_ORDERS,
  ]);
});

Deno.test("no flag of a command hides an option of the tool", () => {
  const taken = new Set(optionTexts.map(({ long }) => long));
  for (const command of commandTable) {
    for (const { name } of flagsOf(command)) assert.ok(!taken.has(name), `${command.name} ${name}`);
  }
});

Deno.test("the short usage shows every option of the C tool", () => {
  for (const { short, long, argument, inC } of optionTexts) {
    if (inC === undefined) continue;
    const spelled = [short && `-${short}`, long && `--${long}`].filter((part) => part).join("|");
    const shown = `[${spelled}${argument === undefined ? "" : `=${argument}`}]`;
    const clustered = argument === undefined && /^Usage: \[-([^\]]+)\]/.exec(SHORT_USAGE)?.[1]
      ?.includes(short ?? " ");
    assert.ok(SHORT_USAGE.includes(shown) || clustered === true, shown);
  }
});

/** The candidates at the end of a command line, names of a kind as `<kind>`. */
function offers(line: string): string[] {
  const { words, names, typed, prefix } = completeWords(commandTable, ["ctdb", ...line.split(" ")]);
  const fitting = words.map(({ text }) => text).filter((text) => text.startsWith(typed));
  return [...fitting, ...(names === undefined ? [] : [`<${names}>`])]
    .map((text) => prefix + text);
}

Deno.test("completion: commands, behind any options", () => {
  assert.deepEqual(offers("statu"), ["status"]);
  assert.deepEqual(offers("--timelimit 5 statu"), ["status"]);
  assert.deepEqual(offers("--timelimit=5 statu"), ["status"]);
  assert.deepEqual(offers("-Xn 1 statu"), ["status"]);
  assert.deepEqual(offers("-n1 statu"), ["status"]);
  assert.deepEqual(offers("completion"), ["completion"]);
  assert.deepEqual(offers("nosuch "), []);
});

Deno.test("completion: operands", () => {
  assert.deepEqual(offers("moveip 10.0.0.1 "), ["<node>"]);
  assert.deepEqual(offers("nodestatus "), ["all", "<node>"]);
  assert.deepEqual(offers("setifacelink -n 1 eth0 d"), ["down"]);
  assert.deepEqual(offers("detach a.tdb b.tdb "), ["<database>"]);
  assert.deepEqual(offers("backupdb a.tdb "), ["<file>"]);
  assert.deepEqual(offers("status "), []);
  assert.deepEqual(offers("catdb -- "), ["<database>"]);
});

Deno.test("completion: every option is offered, and its argument is known", () => {
  for (const { short, long, argument, offers: known } of optionTexts) {
    if (long !== undefined) assert.ok(offers("--").includes(`--${long}`), long);
    if (short !== undefined) assert.ok(offers("-").includes(`-${short}`), short);
    if (argument === undefined) continue;
    const wanted = known === undefined ? [] : typeof known === "string" ? [`<${known}>`] : known;
    if (long !== undefined) {
      assert.deepEqual(offers(`--${long} `), wanted);
      assert.deepEqual(offers(`--${long}=`), wanted.map((text) => `--${long}=${text}`));
      // As bash cuts it.
      assert.deepEqual(offers(`--${long} = `), wanted);
    }
    if (short !== undefined) assert.deepEqual(offers(`-${short} `), wanted);
  }
});

Deno.test("completion: every flag of every command", () => {
  for (const command of commandTable) {
    for (const { name, value } of flagsOf(command)) {
      assert.ok(offers(`${command.name} --`).includes(`--${name}`), `${command.name} --${name}`);
      assert.ok(!offers("--").includes(`--${name}`));
      if (value === undefined) continue;
      const wanted = [...value.words, ...(value.kind === undefined ? [] : [`<${value.kind}>`])];
      assert.deepEqual(offers(`${command.name} --${name}=`), wanted.map((w) => `--${name}=${w}`));
      assert.deepEqual(offers(`${command.name} --${name} `), wanted);
    }
  }
});
