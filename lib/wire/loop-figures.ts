/** How long something took that happens often, in ms; quantiles are upper bounds of buckets. */
export interface TimeFigures {
  readonly count: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
  readonly longest_ms: number;
  readonly sum_ms: number;
}

/** How the loop of a daemon's core does: who waits for it waits for the turn that is under way. */
export interface LoopFigures {
  readonly turns: TimeFigures;
  /** Garbage collections, whose times are in those of the turns, too. */
  readonly collections: TimeFigures;
}

const TITLES = {
  turns: "Turns of the core",
  collections: "Garbage collections",
} as const satisfies Record<keyof LoopFigures, string>;

const LINE =
  /^(Turns of the core|Garbage collections) *: (\d+), p50 ([\d.]+) ms, p99 ([\d.]+) ms, p99\.9 ([\d.]+) ms, longest ([\d.]+) ms, together ([\d.]+) ms$/gm;

/** The lines that our daemon adds to its answer to DUMP_MEMORY. */
export function loopFiguresText(figures: LoopFigures): string {
  return (["turns", "collections"] as const).map((part) => {
    const { count, p50_ms, p99_ms, p999_ms, longest_ms, sum_ms } = figures[part];
    const [longest, sum] = [longest_ms, sum_ms].map((time_ms) => time_ms.toFixed(1));
    return `${TITLES[part].padEnd(19)}: ${count}, p50 ${p50_ms} ms, p99 ${p99_ms} ms, ` +
      `p99.9 ${p999_ms} ms, longest ${longest} ms, together ${sum} ms\n`;
  }).join("");
}

/** What {@link loopFiguresText} wrote somewhere in a text; `undefined` where it did not. */
export function readLoopFigures(text: string): LoopFigures | undefined {
  const found = new Map<string, TimeFigures>();
  for (const [, title, ...numbers] of text.matchAll(LINE)) {
    const [count, p50_ms, p99_ms, p999_ms, longest_ms, sum_ms] = numbers.map(Number);
    found.set(title!, {
      count: count!,
      p50_ms: p50_ms!,
      p99_ms: p99_ms!,
      p999_ms: p999_ms!,
      longest_ms: longest_ms!,
      sum_ms: sum_ms!,
    });
  }
  const turns = found.get(TITLES.turns);
  const collections = found.get(TITLES.collections);
  return turns === undefined || collections === undefined ? undefined : { turns, collections };
}
