import type { CoreTurns } from "./core-turns.ts";
import { median, pairedRatio, spread } from "./samples.ts";

/** One measurement: operations per second, or a time in ms. */
export interface Sample {
  readonly value: number;
  /** Per operation, of all daemons and their helpers together. */
  readonly daemonCpu_us?: number;
  readonly clientCpu_us?: number;
  /** Per node, helpers included. */
  readonly memory_kb?: number;
  /** Of the cores, where they tell. */
  readonly turns?: CoreTurns;
}

/** All samples of a scenario; those with the same index were taken next to each other. */
export interface Line {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly kind: "rate" | "time";
  readonly ours: readonly Sample[];
  readonly theirs: readonly Sample[];
}

const WIDTHS = [38, 14, 10, 6, 10, 6, 9];

/** The head of a table in Markdown; `theirs` is what ours is compared with. */
export function tableHead(theirs: string): string {
  const rule = WIDTHS.map((width, i) => i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return row(["", "unit", "ours", "±", theirs, "±", `ours / ${theirs}`]) + row(rule);
}

/** The rows of one scenario: the result, then what it cost. */
export function tableLines(line: Line): string {
  const { title, unit } = line;
  const rows = [values(line, title, line.kind === "rate" ? `${unit}s/s` : "ms", (s) => s.value)];
  if (line.kind === "rate") {
    rows.push(
      values(line, "- CPU of all daemons", `us/${unit}`, (s) => s.daemonCpu_us!),
      values(line, "- CPU of the client", `us/${unit}`, (s) => s.clientCpu_us!),
      values(line, "- memory of a node", "MB", (s) => s.memory_kb! / 1024),
      values(line, "- turns of the core, p99.9", "ms", (s) => s.turns?.p999_ms),
      values(line, "- longest collection", "ms", (s) => s.turns?.collection_ms),
    );
  }
  return rows.join("");
}

function values(
  line: Line,
  title: string,
  unit: string,
  pick: (sample: Sample) => number | undefined,
): string {
  const ours = all(line.ours, pick);
  const theirs = all(line.theirs, pick);
  if (ours === undefined && theirs === undefined) return "";
  return row([
    title,
    unit,
    ...middle(ours),
    ...middle(theirs),
    ours === undefined || theirs === undefined ? "-" : pairedRatio(ours, theirs).toFixed(2),
  ]);
}

/** A value of each sample; `undefined` where they have none. */
function all(
  samples: readonly Sample[],
  pick: (sample: Sample) => number | undefined,
): readonly number[] | undefined {
  const picked = samples.map(pick).filter((value) => value !== undefined);
  return picked.length < samples.length ? undefined : picked;
}

/** The median, and how far the values lie apart. */
function middle(picked: readonly number[] | undefined): readonly [string, string] {
  if (picked === undefined) return ["-", "-"];
  return [number(median(picked)), median(picked) === 0 ? "-" : percent(spread(picked))];
}

function row(cells: readonly string[]): string {
  const padded = cells.map((cell, i) =>
    i < 2 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!)
  );
  return `| ${padded.join(" | ")} |\n`;
}

function number(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
