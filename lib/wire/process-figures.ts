const LINE = /^Processes started *: (.+)$/m;

/** The line that our daemon adds to its answer to DUMP_MEMORY: how many of each kind it has started. */
export function processFiguresText(counts: Readonly<Record<string, number>>): string {
  const each = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`);
  return `Processes started  : ${each.join(", ")}\n`;
}

/** What {@link processFiguresText} wrote somewhere in a text; `undefined` where it did not. */
export function readProcessFigures(text: string): Readonly<Record<string, number>> | undefined {
  const line = LINE.exec(text)?.[1];
  if (line === undefined) return undefined;
  const each = line.split(", ").map((part) => {
    const [, kind, count] = /^(.+) (\d+)$/.exec(part) ?? [];
    return [kind ?? part, Number(count)] as const;
  });
  return Object.fromEntries(each);
}
