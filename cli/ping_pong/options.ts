import { atoi } from "../../lib/base/mod_basics.ts";
import { MAX_PING_PONG_INSTANCES, MAX_REPORT_INTERVAL_S } from "../../lib/limits/mod.ts";
import {
  type GivenOption,
  glibcComplaint,
  letterRows,
  type OptionRow,
  parseOptions as parse,
} from "../getopt.ts";
import type { ProgramIo } from "../io.ts";

/** The help of the C tool, and what ours can do beyond it. */
const usageText = `ping_pong -rwmc <file> <num_locks>
ping_pong -l <file>

Options
 -r    do reads
 -w    do writes
 -m    use mmap
 -c    check locks
 -l    test for working byte range locks
`;

/** How long a run with `--report` lasts unless it says. */
const DEFAULT_REPORT_S = 10;

/** What `--report` asks for. */
export interface ReportOptions {
  duration_s: number;
  /** How many instances work on the file at the same time, if the user knows. */
  instances: number | undefined;
}

/** What the command line asks for. */
export interface PingPongOptions {
  reads: boolean;
  writes: boolean;
  mapped: boolean;
  checks: boolean;
  /** -l: only try to lock the whole file. */
  lockOnly: boolean;
  report: ReportOptions | undefined;
  path: string;
  /** 0 or less was refused, unless only the lock is tried. */
  lockCount: number;
}

const known: readonly OptionRow[] = [
  ...letterRows("rwmcl"),
  { long: "report", takesArgument: "attached" },
  { long: "instances", takesArgument: "attached" },
];

/**
 * Reads the command line.
 *
 * @returns `undefined` after a mistake, which was told to the user
 */
export function parsePingPongOptions(
  args: readonly string[],
  io: ProgramIo,
): PingPongOptions | undefined {
  const parsed = parse(args, { known: () => known, permute: true, style: "getopt" });
  if (parsed.mistake !== undefined) {
    io.stderr(`${glibcComplaint(io.program, parsed.mistake)}\nUnknown option '?'\n`);
    return undefined;
  }
  const given = (letter: string) => parsed.given.some(({ row }) => row.short === letter);
  const lockOnly = given("l");
  const [path, count] = parsed.words;
  if (path === undefined || (!lockOnly && count === undefined)) {
    io.stdout(usageText);
    return undefined;
  }
  const lockCount = atoi(count ?? "");
  if (!lockOnly && lockCount <= 0) {
    io.stdout("num_locks should be > 0\n");
    return undefined;
  }
  const report = parseReport(parsed.given.filter(({ row }) => row.long !== undefined), io);
  if (report === "invalid") return undefined;
  const wanted = { reads: given("r"), writes: given("w"), mapped: given("m"), checks: given("c") };
  return { ...wanted, lockOnly, report, path, lockCount };
}

function parseReport(
  long: readonly GivenOption[],
  io: ProgramIo,
): ReportOptions | undefined | "invalid" {
  if (long.length === 0) return undefined;
  const options: ReportOptions = { duration_s: DEFAULT_REPORT_S, instances: undefined };
  for (const { row, argument: value } of long) {
    const name = `--${row.long}`;
    if (name === "--report" && value === undefined) continue;
    const limit = name === "--report" ? MAX_REPORT_INTERVAL_S : MAX_PING_PONG_INSTANCES;
    const number = /^[0-9]+$/.test(value ?? "") ? Number(value) : 0;
    if (number < 1 || number > limit) {
      io.stderr(`${io.program}: ${name} must be 1 to ${limit}: '${value ?? ""}'\n`);
      return "invalid";
    }
    if (name === "--report") options.duration_s = number;
    else options.instances = number;
  }
  return options;
}
