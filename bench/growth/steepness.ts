import type { GrowthFamily, Measured, Side } from "./growth-family.ts";

/** A step within which a quantity grows faster than it may. */
export interface SteepStep {
  readonly side: Side;
  readonly quantity: string;
  readonly from: number;
  readonly to: number;
  /** The power of the size with which it grows here. */
  readonly power: number;
}

/** Beyond what noise does to a slope. */
const TOLERANCE = 0.3;
/** A step that costs less than this more than it may is none. */
const LEAST_GROWTH = 1.5;

/** The superlinear steps of what was measured, by side and quantity. */
export function steepSteps(family: GrowthFamily, measured: readonly Measured[]): SteepStep[] {
  const sides = [...new Set(measured.map(({ side }) => side))];
  return sides.flatMap((side) =>
    family.quantities.flatMap(({ name, power }) => {
      if (power === undefined) return [];
      const points = curveOf(measured, side, name);
      return points.slice(1).flatMap(([to, after], i) => {
        const [from, before] = points[i]!;
        const growth = after / before;
        const slope = Math.log(growth) / Math.log(to / from);
        const steep = slope > power + TOLERANCE && growth > LEAST_GROWTH * (to / from) ** power;
        return steep ? [{ side, quantity: name, from, to, power: slope }] : [];
      });
    })
  );
}

/** The points of a side's curve, by size. */
export function curveOf(
  measured: readonly Measured[],
  side: Side,
  quantity: string,
): readonly (readonly [size: number, value: number])[] {
  return measured.filter((one) => one.side === side && one.values[quantity] !== undefined)
    .map(({ size, values }) => [size, values[quantity]!] as const)
    .sort(([a], [b]) => a - b);
}
