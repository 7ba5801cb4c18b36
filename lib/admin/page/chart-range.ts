/** A span of time that the chart shows, in seconds since the epoch. */
export interface Range {
  readonly from_s: number;
  readonly to_s: number;
}

/** The shortest span: closer there is nothing more to see, and labels would need fractions. */
const SHORTEST_S = 10;
/** How far back one can go: the longest span that there is a button for. */
const DAY_S = 86_400;

/** What a key of the chart leads to; `all` is what is shown when nobody has zoomed, up to now. */
const KEYS: Readonly<Record<string, (range: Range, all: Range) => Range | undefined>> = {
  "+": (range) => stretched(range, 0.5),
  // The same key of many keyboards, without shift.
  "=": (range) => stretched(range, 0.5),
  "-": (range, all) => lengthOf(range) * 2 < lengthOf(all) ? stretched(range, 2) : undefined,
  "ArrowLeft": (range) => moved(range, -0.25),
  "ArrowRight": (range) => moved(range, 0.25),
  "0": () => undefined,
  "Escape": () => undefined,
};

/** Whether a key does something to the chart. */
export function isChartKey(key: string): boolean {
  return Object.hasOwn(KEYS, key);
}

/** What is shown after a key; undefined for all again. */
export function rangeAfterKey(key: string, range: Range, all: Range): Range | undefined {
  const next = KEYS[key]!(range, all);
  return next === undefined ? undefined : fitted(next, all);
}

function lengthOf({ from_s, to_s }: Range): number {
  return to_s - from_s;
}

function stretched({ from_s, to_s }: Range, factor: number): Range {
  const middle_s = (from_s + to_s) / 2;
  const half_s = (to_s - from_s) / 2 * factor;
  return { from_s: middle_s - half_s, to_s: middle_s + half_s };
}

function moved({ from_s, to_s }: Range, share: number): Range {
  const by_s = (to_s - from_s) * share;
  return { from_s: from_s + by_s, to_s: to_s + by_s };
}

/** Neither too short nor in the future nor before all that is kept; undefined if that is all. */
export function fitted(range: Range, all: Range): Range | undefined {
  const wide = lengthOf(range) < SHORTEST_S
    ? stretched(range, SHORTEST_S / lengthOf(range))
    : range;
  const length_s = lengthOf(wide);
  const to_s = Math.max(Math.min(wide.to_s, all.to_s), all.to_s - DAY_S + length_s);
  if (length_s >= lengthOf(all) && to_s >= all.to_s) return undefined;
  return { from_s: to_s - length_s, to_s };
}

/** The labels of ticks: with seconds where ticks of one minute would look the same. */
export function timeLabels(times_s: readonly number[], distance_s: number): string[] {
  const parts: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (distance_s < 60) parts.second = "2-digit";
  return times_s.map((time_s) => new Date(time_s * 1000).toLocaleTimeString("en-GB", parts));
}
