import { LogLevel } from "../../lib/base/mod.ts";

/** What the command line of `ctdb-event` said. */
export interface EventOptions {
  /** The words that are no options: command and operands. */
  readonly words: readonly string[];
  readonly help: boolean;
  /** The level of what goes to standard error. */
  readonly level: number;
}

/** The first mistake on a command line, as it is reported. */
export interface OptionMistake {
  readonly mistake: string;
}

/** Takes the options out of `args`; they may stand anywhere before `--` (cli.md 8). */
export function parseOptions(args: readonly string[]): EventOptions | OptionMistake {
  const words: string[] = [];
  let help = false;
  let level: number = LogLevel.ERROR;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") return { words: [...words, ...rest], help, level };
    if (word === "-" || !word.startsWith("-")) {
      words.push(word);
      continue;
    }
    const option = word.startsWith("--") ? longOption(word) : shortOptions(word);
    if ("mistake" in option) return option;
    help ||= option.help;
    if (option.argument === undefined) continue;
    const argument = option.argument ?? rest.shift();
    if (argument === undefined) return mistake(word, "missing argument");
    level = levelOf(argument);
  }
  return { words, help, level };
}

/** One word's options. `argument`: of `-d`; `null` if it is the next word, absent without `-d`. */
interface WordOptions {
  readonly help: boolean;
  readonly argument?: string | null;
}

function longOption(word: string): WordOptions | OptionMistake {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word : word.slice(0, equals);
  const argument = equals < 0 ? null : word.slice(equals + 1);
  if (name === "--debug") return { help: false, argument };
  if (name !== "--help") return mistake(word, "unknown option");
  return argument === null ? { help: true } : mistake(word, "option does not take an argument");
}

/** A cluster such as `-hdNOTICE`. */
function shortOptions(word: string): WordOptions | OptionMistake {
  let help = false;
  for (let at = 1; at < word.length; at++) {
    const attached = word.slice(at + 1);
    switch (word[at]) {
      case "h":
        if (attached.startsWith("=")) return mistake(word, "option does not take an argument");
        help = true;
        break;
      case "d":
        return { help, argument: attached === "" ? null : attached.replace(/^=/, "") };
      default:
        return mistake(word, "unknown option");
    }
  }
  return { help };
}

function mistake(word: string, reason: string): OptionMistake {
  return { mistake: `Invalid option ${word}: ${reason}` };
}

/** A level by a prefix of its name, or its number 0 to 10; anything else is ERROR. */
function levelOf(argument: string): number {
  if (/^\d+$/.test(argument)) {
    const number = Number(argument);
    return number <= LogLevel.DEBUG ? number : LogLevel.ERROR;
  }
  if (argument === "") return LogLevel.ERROR;
  const named = Object.entries(LogLevel).find(([name]) => name.startsWith(argument.toUpperCase()));
  return named?.[1] ?? LogLevel.ERROR;
}
