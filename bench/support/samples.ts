/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("median: no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How far the values lie apart: (largest - smallest) / median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** The median of the ratios of samples that were taken one after the other. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, i) => value / theirs[i]!));
}

/**
 * Where the median of what was drawn from lies with 95 %: two of the values, whatever their
 * distribution. With fewer than six values nobody knows.
 */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  // Each value lies below the median with one half: how many do is binomial.
  let probability = 0.5 ** count;
  let below = probability;
  let outside = 0;
  while (below <= 0.025) {
    outside++;
    probability *= (count - outside + 1) / outside;
    below += probability;
  }
  if (outside === 0) return [-Infinity, Infinity];
  return [sorted[outside - 1]!, sorted[count - outside]!];
}
