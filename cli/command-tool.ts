/**
 * The command line framework that `ctdb-config` and `ctdb-path` share (`cli.md` 8): options
 * anywhere, one or two words that select a command, help in popt's layout.
 *
 * @module
 */
import { LogLevel, type LogLevelNumber } from "../lib/base/mod.ts";

/** An option that a tool knows. */
export interface ToolOption {
  letter: string;
  /** The long name, without dashes. `undefined`: a letter only. */
  name: string | undefined;
  hasArgument: boolean;
}

/** An option as it was given. */
export interface GivenOption {
  option: ToolOption;
  argument: string;
}

/** A command line, taken apart. */
export interface ToolLine {
  words: string[];
  /** In the order of appearance, as far as the first mistake. */
  given: GivenOption[];
  /** The line that tells the first mistake. */
  mistake: string | undefined;
}

/** Separates options from words; stops at the first mistake. `--` ends the options. */
export function parseToolLine(args: readonly string[], known: readonly ToolOption[]): ToolLine {
  const line: ToolLine = { words: [], given: [], mistake: undefined };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      line.words.push(...rest);
      break;
    }
    if (word === "-" || !word.startsWith("-")) line.words.push(word);
    else if (word.startsWith("--")) takeLong(word, rest, known, line);
    else takeShort(word, rest, known, line);
    if (line.mistake !== undefined) break;
  }
  return line;
}

function takeLong(
  word: string,
  rest: string[],
  known: readonly ToolOption[],
  line: ToolLine,
): void {
  const [, name, , attached] = /^--([^=]*)(=([^]*))?$/.exec(word) ?? [];
  const option = known.find((candidate) => candidate.name === name && name !== "");
  if (option === undefined) return makeMistake(line, word, "unknown option");
  if (!option.hasArgument && attached !== undefined) {
    return makeMistake(line, word, "option does not take an argument");
  }
  take(option, attached, word, rest, line);
}

/** A cluster such as `-hdNOTICE`. */
function takeShort(
  word: string,
  rest: string[],
  known: readonly ToolOption[],
  line: ToolLine,
): void {
  for (let at = 1; at < word.length; at++) {
    const option = known.find((candidate) => candidate.letter === word[at]);
    if (option === undefined) return makeMistake(line, word, "unknown option");
    const behind = word.slice(at + 1);
    if (option.hasArgument) {
      return take(option, behind === "" ? undefined : behind.replace(/^=/, ""), word, rest, line);
    }
    if (behind.startsWith("=")) {
      return makeMistake(line, word, "option does not take an argument");
    }
    line.given.push({ option, argument: "" });
  }
}

function take(
  option: ToolOption,
  attached: string | undefined,
  word: string,
  rest: string[],
  line: ToolLine,
): void {
  const argument = option.hasArgument ? attached ?? rest.shift() : "";
  if (argument === undefined) return makeMistake(line, word, "missing argument");
  line.given.push({ option, argument });
}

function makeMistake(line: ToolLine, word: string, reason: string): void {
  line.mistake = `Invalid option ${word}: ${reason}`;
}

/** The argument of `-d`: a prefix of a level's name or its number; anything else is ERROR. */
export function parseLogLevel(argument: string): LogLevelNumber {
  if (/^\d+$/.test(argument)) {
    const number = Number(argument);
    return number <= LogLevel.DEBUG ? number : LogLevel.ERROR;
  }
  if (argument === "") return LogLevel.ERROR;
  const upper = argument.toUpperCase();
  return Object.entries(LogLevel).find(([name]) => name.startsWith(upper))?.[1] ?? LogLevel.ERROR;
}

/** A command of a tool and what the help says about it. */
export interface ToolCommand {
  /** One word or two. */
  name: string;
  /** The operands as the help shows them, such as `<section> <key>`; one per `<`. */
  operands: string;
  description: string;
}

/** The command that the first words name, and its operands. The first in the table wins. */
export function findCommand<C extends ToolCommand>(
  words: readonly string[],
  commands: readonly C[],
): { command: C; operands: string[] } | undefined {
  for (const command of commands) {
    const name = command.name.split(" ");
    if (name.every((word, at) => words[at] === word)) {
      return { command, operands: words.slice(name.length) };
    }
  }
  return undefined;
}

/** Whether a command takes this many operands. */
export function takesOperands(command: ToolCommand, count: number): boolean {
  return command.operands.split("<").length - 1 === count;
}

/** The list of commands at the end of the help. */
export function commandList(commands: readonly ToolCommand[]): string {
  const calls = commands.map(({ name, operands }) => `${name} ${operands}`);
  const width = Math.max(...calls.map((call) => call.length));
  const lines = commands.map(({ description }, at) =>
    `  ${calls[at]!.padEnd(width)}     ${description}\n`
  );
  return `Commands:\n${lines.join("")}`;
}

/** The usage of one command, under the short usage of the program. */
export function commandUsage(shortUsage: string, command: ToolCommand): string {
  const { name, operands, description } = command;
  return `${shortUsage} <command> [<args>]\n\n  ${name} ${operands}     ${description}\n`;
}
