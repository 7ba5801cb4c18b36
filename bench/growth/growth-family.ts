import type { DaemonKind } from "../../testing/cluster/cluster.ts";

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
  readonly values: Readonly<Record<string, number>>;
}

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

/** The sizes up to `most` in a short run. */
export function sizesOf(setup: GrowthSetup, sizes: readonly number[], most: number): number[] {
  return sizes.filter((size) => !setup.short || size <= most);
}
