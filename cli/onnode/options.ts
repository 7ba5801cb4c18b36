import { letterRows, parseOptions as parse, shellComplaint } from "../getopt.ts";
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

const known = letterRows("chinpPqv?f:");

/** Reads the command line. Throws an {@link OnnodeError} with the usage text on a mistake. */
export function parseOnnodeOptions(args: readonly string[], io: ProgramIo): OnnodeOptions {
  const parsed = parse(args, { known: () => known, permute: false, style: "getopt" });
  if (parsed.mistake !== undefined) {
    throw new OnnodeError(`${shellComplaint(io.program, parsed.mistake)}\n${usageText}`);
  }
  const given = (letter: string) => parsed.given.some(({ row }) => row.short === letter);
  const [nodes, ...words] = parsed.words;
  if (given("h") || given("?") || nodes === undefined || words.length === 0) {
    throw new OnnodeError(usageText);
  }
  return {
    currentDirectory: given("c"),
    nodesFile: parsed.given.findLast(({ row }) => row.short === "f")?.argument || undefined,
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
