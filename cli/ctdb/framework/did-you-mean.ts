import { MOST_SUGGESTED_WORDS, MOST_WORD_DIFFERENCES } from "../../../lib/limits/mod.ts";

/** The words of `known` that somebody may have meant who wrote `word`, the likeliest first. */
export function didYouMean(word: string, known: readonly string[]): readonly string[] {
  return known
    .map((name) => ({
      name,
      differences: word.length > 2 && name.startsWith(word) ? 1 : differences(word, name),
    }))
    .filter(({ name, differences }) =>
      differences <= Math.min(MOST_WORD_DIFFERENCES, name.length - 1)
    )
    .sort((a, b) => a.differences - b.differences)
    .slice(0, MOST_SUGGESTED_WORDS)
    .map(({ name }) => name);
}

/** How many letters must be changed, added, left out or swapped with their neighbour. */
function differences(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? beforeLast[j - 2]! + 1
        : Infinity;
      row.push(Math.min(changed, swapped, last[j]! + 1, row[j - 1]! + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
