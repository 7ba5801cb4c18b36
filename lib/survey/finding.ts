import type { Facts } from "./facts.ts";

/** How bad a finding is, the mildest first. */
export const SEVERITIES = ["note", "warning", "error"] as const;

/**
 * `error`: something does not work now. `warning`: it works, but not as it should, or will not when
 * something else happens. `note`: unusual, and perhaps meant to be so.
 */
export type Severity = (typeof SEVERITIES)[number];

/** Something that the doctor found. */
export interface Finding {
  readonly severity: Severity;
  /** One sentence without a full stop. */
  readonly title: string;
  /** What it was seen by, line by line. */
  readonly detail: readonly string[];
  /** What to do about it. */
  readonly advice: string;
}

/** One thing that is looked at: a pure function of what was gathered. */
export interface Check {
  /** As it stands in the report and in JSON. */
  readonly name: string;
  /** What it finds; a text says why it could not look. */
  examine(facts: Facts): readonly Finding[] | string;
}

/** What checks that need a daemon say without one. */
export const NO_DAEMON = "the daemon does not answer";

/** A finding, made. */
export function finding(
  severity: Severity,
  title: string,
  detail: readonly string[],
  advice: string,
): Finding {
  return { severity, title, detail, advice };
}

/** `1 node`, `2 nodes`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `node 1`, `nodes 1, 2`. */
export function nodesText(pnns: readonly number[]): string {
  return `${pnns.length === 1 ? "node" : "nodes"} ${pnns.join(", ")}`;
}
