/**
 * The command line of a task of `deno.json`: one declaration, from which its help is printed and its
 * words are read. Every task answers `--help`; what it does not understand ends with status 2.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { complain, say } from "./console.ts";

/** An option of a task. */
export interface TaskOption {
  readonly type: "string" | "boolean";
  /** What stands for the value in the help, such as `N`. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

/** What a task takes. */
export interface TaskLine<O extends Readonly<Record<string, TaskOption>>> {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly about: string;
  /** The words after the options, as the help shows them; none are taken without it. */
  readonly operands?: string;
  readonly options: O;
  /** More for the help. */
  readonly more?: string;
}

/** The values of the options: a flag is there or not; a text may be missing unless it has a default. */
export type TaskValues<O extends Readonly<Record<string, TaskOption>>> = {
  readonly [K in keyof O]: O[K]["type"] extends "boolean" ? boolean
    : O[K] extends { readonly default: string } ? string
    : string | undefined;
};

/** A command line that a task does not understand. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The help of a task. */
export function usageOf(line: TaskLine<Readonly<Record<string, TaskOption>>>): string {
  const rows = [...Object.entries(line.options), ["help", HELP] as const].map(([name, option]) => {
    const value = option.type === "string" ? ` ${option.value ?? "TEXT"}` : "";
    const usual = (option.default ?? "") === "" ? "" : ` (default ${option.default})`;
    return [`--${name}${value}`, option.help + usual] as const;
  });
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  const flags = rows.slice(0, -1).map(([flag]) => ` [${flag}]`).join("");
  const operands = line.operands === undefined ? "" : ` ${line.operands}`;
  return [
    `Usage: deno task ${line.name}${flags}${operands}`,
    "",
    line.about,
    "",
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}${help}`),
    ...(line.more === undefined ? [] : ["", line.more]),
  ].join("\n");
}

/** Reads the command line; throws a `UsageError` for one that cannot be understood. */
export function readTaskLine<O extends Readonly<Record<string, TaskOption>>>(
  line: TaskLine<O>,
  args: readonly string[],
): {
  readonly values: TaskValues<O>;
  readonly operands: readonly string[];
  readonly help: boolean;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: line.operands !== undefined,
      options: Object.fromEntries(
        [...Object.entries(line.options), ["help", HELP] as const].map(([name, option]) => [
          name,
          option.type === "boolean"
            ? { type: "boolean" as const, default: false }
            : { type: "string" as const, ...defaultOf(option) },
        ]),
      ),
    });
    const read = values as TaskValues<O> & { readonly help: boolean };
    return { values: read, operands: positionals, help: read.help };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A number of an option; throws a `UsageError` for what is none, or less than `least`. */
export function numberOption(name: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least)) {
    throw new UsageError(`--${name}: ${text}: not a number from ${least}`);
  }
  return value;
}

/** Runs a task: reads its command line, calls `main`, ends the process with what that returns. */
export async function runTask<O extends Readonly<Record<string, TaskOption>>>(
  line: TaskLine<O>,
  main: (values: TaskValues<O>, operands: readonly string[]) => number | Promise<number>,
  args: readonly string[] = Deno.args,
): Promise<never> {
  Deno.exit(await statusOf(line, main, args));
}

async function statusOf<O extends Readonly<Record<string, TaskOption>>>(
  line: TaskLine<O>,
  main: (values: TaskValues<O>, operands: readonly string[]) => number | Promise<number>,
  args: readonly string[],
): Promise<number> {
  try {
    const { values, operands, help } = readTaskLine(line, args);
    if (!help) return await main(values, operands);
    say(usageOf(line));
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`deno task ${line.name}: ${error.message}\n\n${usageOf(line)}`);
    return 2;
  }
}

const HELP: TaskOption = { type: "boolean", help: "show this" };

function defaultOf(option: TaskOption): { default?: string } {
  return option.default === undefined ? {} : { default: option.default };
}
