import type { Waits } from "./waits.ts";

/** One run of a line. */
export interface PressureResult {
  readonly line: string;
  readonly daemon: string;
  readonly ping: Waits | undefined;
  readonly fetch: Waits | undefined;
  readonly elections: number | undefined;
  readonly recoveries: number | undefined;
  readonly started: number | undefined;
  /** Of the node that grew most. */
  readonly memory: Memory | undefined;
  readonly time_ms: number;
  readonly remark: string;
}

/** Anonymous memory of a node. */
export interface Memory {
  readonly before_kb: number;
  readonly most_kb: number;
  readonly after_kb: number;
}

const COLUMNS = [
  ["line", 34],
  ["daemon", 6],
  ["ping p99", 8],
  ["longest", 8],
  ["fetch p99", 9],
  ["longest", 8],
  ["elections", 9],
  ["recoveries", 10],
  ["processes", 9],
  ["MiB before", 10],
  ["most", 6],
  ["after", 6],
  ["s", 6],
  ["", 0],
] as const;

/** The head of the table in Markdown. */
export function pressureHead(): string {
  const rule = COLUMNS.map(([, width], i) => i < 2 || width === 0 ? "---" : "--:");
  return row(COLUMNS.map(([name]) => name)) + row(rule);
}

/** The row of one run; times are in ms but for the last. */
export function pressureRow(title: string, result: PressureResult): string {
  const { daemon, ping, fetch, memory, time_ms, remark } = result;
  const mib = (size_kb: number | undefined) =>
    number(size_kb === undefined ? undefined : size_kb / 1024);
  return row([
    title,
    daemon === "debian" ? "C" : daemon,
    number(ping?.p99_ms),
    number(ping?.longest_ms),
    number(fetch?.p99_ms),
    number(fetch?.longest_ms),
    count(result.elections),
    count(result.recoveries),
    count(result.started),
    mib(memory?.before_kb),
    mib(memory?.most_kb),
    mib(memory?.after_kb),
    number(time_ms / 1000),
    remark,
  ]);
}

function row(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = COLUMNS[i]![1];
    return i < 2 ? cell.padEnd(width) : cell.padStart(width);
  });
  return `| ${padded.join(" | ")} |\n`;
}

function count(value: number | undefined): string {
  return value === undefined ? "-" : String(value);
}

function number(value: number | undefined): string {
  if (value === undefined) return "-";
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
