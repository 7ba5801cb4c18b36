import { messageOf } from "../../lib/base/mod.ts";
import type { DaemonKind } from "../../testing/cluster/cluster.ts";
import { complain } from "../../tools/console.ts";
import { median } from "../support/samples.ts";

/** Whose figures they are; what is simulated is ours, without sockets and disks. */
export type Side = "ours" | "C" | "ours, simulated";

/** Something that is measured at each size. */
export interface Quantity {
  readonly name: string;
  readonly unit: string;
  /**
   * The power of the size with which it may grow: 0 for what one operation costs, 1 for all of it.
   * Absent for a rate, of which more is better.
   */
  readonly power?: number;
}

/** What was measured at one size; a quantity that was not is missing. */
export interface Measured {
  readonly side: Side;
  readonly size: number;
  readonly values: Values;
  /** Why there is nothing. */
  readonly failure?: string;
}

/** By the names of the quantities. */
export type Values = Readonly<Record<string, number>>;

/** What a family is measured on. */
export interface GrowthSetup {
  /** Ours, and the C daemon unless it is not wanted or not there. */
  readonly kinds: readonly { readonly side: Side; readonly kind: DaemonKind }[];
  /** Leaves the largest sizes out. */
  readonly short: boolean;
}

/** How cost grows with one thing. */
export interface GrowthFamily {
  readonly name: string;
  readonly title: string;
  /** What grows, and its unit if it has one. */
  readonly size: string;
  readonly quantities: readonly Quantity[];
  measure(setup: GrowthSetup): AsyncIterable<Measured>;
}

/** How often it is tried to measure something before the others go on without it. */
const ATTEMPTS = 2;

/** How often each side is measured at a size, where that takes seconds only. */
const ROUNDS = 5;

/** Measures each kind of daemon at each size, on something that is made anew for each. */
export async function* eachSize(
  setup: GrowthSetup,
  sizes: readonly number[],
  measure: (kind: DaemonKind, size: number) => Promise<Values>,
): AsyncGenerator<Measured> {
  for (const size of sizes) {
    for (const { side, kind } of setup.kinds) {
      yield await attempt(side, size, () => measure(kind, size));
    }
  }
}

/** Something of one side that is there all the time. */
export interface Subject<T> {
  readonly side: Side;
  readonly subject: T;
}

/** Measures each size on subjects that are all there, A B, B A and so on; shows the medians. */
export async function* inTurn<T>(
  subjects: readonly Subject<T>[],
  sizes: readonly number[],
  measure: (subject: T, size: number) => Promise<Values>,
): AsyncGenerator<Measured> {
  for (const size of sizes) {
    const samples = new Map<Side, Measured[]>(subjects.map(({ side }) => [side, []]));
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? subjects : subjects.toReversed();
      for (const { side, subject } of order) {
        samples.get(side)!.push(await attempt(side, size, () => measure(subject, size)));
      }
    }
    for (const { side } of subjects) yield medians(samples.get(side)!);
  }
}

/** What failed once has failed. */
function medians(samples: readonly Measured[]): Measured {
  const failed = samples.find(({ failure }) => failure !== undefined);
  if (failed !== undefined) return failed;
  const names = Object.keys(samples[0]!.values);
  const values = names.map((name) => [name, median(samples.map((one) => one.values[name]!))]);
  return { ...samples[0]!, values: Object.fromEntries(values) };
}

/** Measures one size. What fails again and again is told, and stops nothing else. */
export async function attempt(
  side: Side,
  size: number,
  measure: () => Promise<Values>,
): Promise<Measured> {
  let failure = "";
  for (let tried = 1; tried <= ATTEMPTS; tried++) {
    const start_ms = performance.now();
    try {
      const values = await measure();
      complain(`${side}, ${size}: ${((performance.now() - start_ms) / 1000).toFixed(1)} s`);
      return { side, size, values };
    } catch (error) {
      failure = messageOf(error).split("\n", 1)[0]!;
      complain(`${side}, ${size}: attempt ${tried} of ${ATTEMPTS} failed: ${messageOf(error)}`);
    }
  }
  return { side, size, values: {}, failure };
}

/** The sizes up to `most` in a short run. */
export function sizesOf(setup: GrowthSetup, sizes: readonly number[], most: number): number[] {
  return sizes.filter((size) => !setup.short || size <= most);
}
