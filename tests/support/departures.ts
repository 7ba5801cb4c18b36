/**
 * Captured runs in which ours does otherwise on purpose, and what it leaves behind instead. Each is told
 * in `docs/ctdb.md` or `docs/differences.md`.
 */
import type { CliVector } from "./cli-vectors.ts";

/** What ours does in a captured run, where that is not what the C program did. */
export interface Departure {
  readonly why: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
}

const syntaxError: Departure = {
  why: "a syntax error that is passed over costs the cluster lock",
  stdout: "",
  stderr:
    "conf: syntax error in line 1: [cluster\nFailed to load config file <WORK>/cfg/ctdb.conf\n",
  exit: 22,
};

/** The status is that of the C tool, which says nothing. */
const says = (text: string): Departure => ({ why: "a failure has a reason", stderr: `${text}\n` });

/** By file of `tests/vectors/cli` and number of the run. */
const departures: Readonly<Record<string, Readonly<Record<number, Departure>>>> = {
  "config-path": { 73: syntaxError, 74: syntaxError },
  event: { 42: says("Script nosuch does not exist in legacy") },
  onnode: {
    58: {
      why: "a blank line is no node, as for the daemon",
      stderr: 'onnode: "node 4" does not exist\n',
    },
  },
};

/** The captured run, with what ours is to leave behind in it. */
export function expectedRun(file: string, index: number, vector: CliVector): CliVector {
  const { why: _why, ...ours } = departures[file]?.[index] ?? { why: "" };
  return { ...vector, ...ours };
}
