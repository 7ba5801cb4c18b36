import { parseShortOptions, shellComplaint } from "../getopt.ts";
import type { ProgramIo } from "../io.ts";
import { OnnodeError } from "./errors.ts";
import { usageText } from "./usage.ts";

/** What the command line asks for. */
export interface OnnodeOptions {
  /** -c: run the command in the directory where onnode was called. */
  currentDirectory: boolean;
  /** -f */
  nodesFile: string | undefined;
  /** -i */
  keepStdin: boolean;
  /** -n: words that are neither numbers nor keywords are host names. */
  allowNames: boolean;
  /** -p */
  parallel: boolean;
  /** -P: the operands are files to copy. */
  push: boolean;
  /** -q */
  quiet: boolean;
  /** -v */
  verbose: boolean;
  nodes: string;
  /** The command's words, or the files with -P. */
  words: string[];
}

/** Reads the command line. Throws an {@link OnnodeError} with the usage text on a mistake. */
export function parseOptions(args: readonly string[], io: ProgramIo): OnnodeOptions {
  const rules = { flags: "chinpPqv?", valued: "f", permute: false };
  const { options, operands, error } = parseShortOptions(args, rules);
  if (error) throw new OnnodeError(`${shellComplaint(io.program, error)}\n${usageText}`);
  const given = (letter: string) => options.some((option) => option.letter === letter);
  const [nodes, ...words] = operands;
  if (given("h") || given("?") || nodes === undefined || words.length === 0) {
    throw new OnnodeError(usageText);
  }
  return {
    currentDirectory: given("c"),
    nodesFile: options.findLast(({ letter }) => letter === "f")?.argument || undefined,
    keepStdin: given("i"),
    allowNames: given("n"),
    parallel: given("p"),
    push: given("P"),
    quiet: given("q"),
    verbose: given("v"),
    nodes,
    words,
  };
}
