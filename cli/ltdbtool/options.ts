import { atoi } from "../../lib/base/mod_basics.ts";
import { glibcComplaint, letterRows, parseOptions as parse } from "../getopt.ts";
import type { ProgramIo } from "../io.ts";
import { FULL_HEADER_BYTES, HEADER_32_BYTES } from "./record-header.ts";
import { helpText, ltdbtoolUsage } from "./usage.ts";

/** Every mistake ends the program with this status. */
export const FAILURE = 255;

/** What the command line asks for. */
export interface LtdbOptions {
  command: "dump" | "convert";
  /** -e */
  includeEmpty: boolean;
  /** -p */
  printHeader: boolean;
  /** Bytes of each value of the input that are header; negative values are taken as they are. */
  inputHeader: number;
  outputHeader: number;
  input: string;
  output: string;
}

const known = letterRows("ephs:S:o:O:");

/** Reads the command line; a number is the status to end with, the user having been told. */
export function parseLtdbtoolOptions(args: readonly string[], io: ProgramIo): LtdbOptions | number {
  const parsed = parse(args, { known: () => known, permute: true, style: "getopt" });
  const options = {
    includeEmpty: false,
    printHeader: false,
    inputHeader: FULL_HEADER_BYTES,
    outputHeader: FULL_HEADER_BYTES,
  };
  for (const { row: { short: letter = "" }, argument = "" } of parsed.given) {
    if (letter === "h") return help(io);
    if (letter === "e") options.includeEmpty = true;
    else if (letter === "p") options.printHeader = true;
    else {
      const size = headerSize(letter.toLowerCase() === letter, argument);
      if (size === undefined) return usage(io);
      if (letter.toLowerCase() === "s") options.inputHeader = size;
      else options.outputHeader = size;
    }
  }
  if (parsed.mistake) {
    io.stderr(`${glibcComplaint(io.program, parsed.mistake)}\n`);
    return usage(io);
  }
  const [command, input, output, ...more] = parsed.words;
  if (command === "help") return help(io);
  if (command === "dump" && input !== undefined && output === undefined) {
    return { command, ...options, input, output: "" };
  }
  if (command === "convert" && input !== undefined && output !== undefined && more.length === 0) {
    return { command, ...options, input, output };
  }
  return usage(io);
}

/** -s and -o name an architecture, -S and -O count bytes; only what is too large is cut. */
function headerSize(byArchitecture: boolean, argument: string): number | undefined {
  const number = atoi(argument);
  if (!byArchitecture) return Math.min(number, FULL_HEADER_BYTES);
  const sizes: Readonly<Record<number, number>> = { 0: 0, 32: HEADER_32_BYTES, 64: 24 };
  return sizes[number];
}

function help(io: ProgramIo): number {
  io.stdout(helpText(io.program));
  return 0;
}

function usage(io: ProgramIo): number {
  io.stderr(ltdbtoolUsage(io.program));
  return FAILURE;
}
