import { LONGEST_TOP_INTERVAL_S } from "../../../../lib/limits/mod.ts";
import type { DatabaseRow } from "../../../../lib/survey/mod.ts";

/** What databases can be sorted by, in the order in which `s` goes through them. */
export const SORT_ORDERS = ["calls", "locks", "wait", "pending", "name"] as const;

/** One of {@link SORT_ORDERS}. */
export type SortOrder = (typeof SORT_ORDERS)[number];

/** What the user has chosen to see. */
export interface View {
  readonly sort: SortOrder;
  /** The node whose databases and hot keys are shown; `undefined`: all together. */
  readonly node: number | undefined;
  readonly interval_s: number;
}

/** Limits of the time between two samples. */
export const SHORTEST_INTERVAL_S = 0.5;

/** What a key asks for. */
export type KeyResult =
  | { readonly kind: "view"; readonly view: View }
  | { readonly kind: "quit" | "sample" | "suspend" };

const SORT_KEYS: Readonly<Record<string, SortOrder>> = {
  c: "calls",
  l: "locks",
  w: "wait",
  p: "pending",
  n: "name",
};

/** Answers one key; `pnns` are the nodes that can be picked, ascending. */
export function pressKey(view: View, key: string, pnns: readonly number[]): KeyResult {
  const change = (part: Partial<View>): KeyResult => ({
    kind: "view",
    view: { ...view, ...part },
  });
  const sort = SORT_KEYS[key];
  if (sort !== undefined) return change({ sort });
  if (/^[0-9]$/.test(key)) {
    const node = Number(key);
    return change(pnns.includes(node) ? { node } : {});
  }
  switch (key) {
    case "q":
    case "\x03": // Ctrl-C, which the terminal in raw mode hands on
    case "\x04":
      return { kind: "quit" };
    case "\x1a": // Ctrl-Z
      return { kind: "suspend" };
    case " ":
      return { kind: "sample" };
    case "s":
      return change({ sort: next(SORT_ORDERS, view.sort, 1)! });
    case "a":
      return change({ node: undefined });
    case "right":
    case "\t":
      return change({ node: next([undefined, ...pnns], view.node, 1) });
    case "left":
      return change({ node: next([undefined, ...pnns], view.node, -1) });
    case "+":
      return change({ interval_s: Math.min(LONGEST_TOP_INTERVAL_S, view.interval_s * 2) });
    case "-":
      return change({ interval_s: Math.max(SHORTEST_INTERVAL_S, view.interval_s / 2) });
    default:
      return change({});
  }
}

/** The neighbour in a circle; the first one if `current` is not there any more. */
function next<T>(circle: readonly T[], current: T, step: number): T | undefined {
  const at = circle.indexOf(current);
  return at < 0 ? circle[0] : circle[(at + step + circle.length) % circle.length];
}

const ARROWS: Readonly<Record<string, string>> = { A: "up", B: "down", C: "right", D: "left" };

const ESCAPE = "\x1b";
/** An arrow, any other sequence that starts with escape, or one character. */
const KEY = new RegExp(`${ESCAPE}[[O]([A-D])|${ESCAPE}(?:[[O][0-9;]*[~A-Za-z])?|[^]`, "gu");

/** The keys in what a terminal sent at once: characters, or names such as `left`. */
export function parseKeys(text: string): string[] {
  return [...text.matchAll(KEY)]
    .map(([piece, arrow]) => arrow === undefined ? piece : ARROWS[arrow]!);
}

/** The databases in the order of the view, those with more in front. */
export function sortDatabases(
  databases: readonly DatabaseRow[],
  sort: SortOrder,
): readonly DatabaseRow[] {
  const weight: Readonly<Record<SortOrder, (row: DatabaseRow) => number>> = {
    calls: (row) => row.calls_per_s,
    locks: (row) => row.locks_per_s,
    wait: (row) => row.lockWait_ms ?? 0,
    pending: (row) => row.lockPending,
    name: () => 0,
  };
  const of = weight[sort];
  return databases.toSorted((a, b) => of(b) - of(a) || a.name.localeCompare(b.name));
}
