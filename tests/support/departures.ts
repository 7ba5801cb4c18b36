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
  database: {
    154: says(
      "Backup file <WORK>/trunc.bak is damaged: Read backup: cut off, after byte 104 of 150: " +
        "nothing was changed",
    ),
    173: says("Invalid rsn abc"),
  },
  event: { 42: says("Script nosuch does not exist in legacy") },
  network: {
    56: says("Invalid srvid zz"),
    63: says("Interface nosuch does not exist on node 0"),
    70: says("Invalid port abc"),
    86: says("Invalid connection in line 1 of standard input: garbage"),
    96: says("Invalid connection in line 1 of standard input: bad"),
    131: says("Invalid port abc"),
    148: { why: "a node that does not exist will not come", stderr: "Node 9 does not exist\n" },
  },
  nodestate: {
    37: says("Invalid ban time abc"),
    53: {
      why: "persistent databases stand in the order of their names, not in that of the directory",
      stdout: "Number of databases:2\n" +
        "dbid:0xeeec5421 name:other.tdb path:<BASE>/node.2/db/persistent/other.tdb.2 PERSISTENT\n" +
        "dbid:0xbdc6d651 name:per.tdb path:<BASE>/node.2/db/persistent/per.tdb.2 PERSISTENT\n",
    },
  },
  "options-helpers-misc": { 74: says("Invalid value -1 for tunable MonitorInterval") },
  "status-and-options": { 53: says("Invalid value abc for tunable MonitorInterval") },
  "v4.17.12": { 43: says("Invalid value x for tunable MonitorInterval") },
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
