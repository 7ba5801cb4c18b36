import { patternOf } from "./placeholders.ts";

/** What a command line left behind. */
export interface StepResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

const NO_NEWLINE = "<no newline>";
const ANY_LINES = "  ...";

/** The lines by which a scenario shows a result. */
export function resultLines({ stdout, stderr, exit }: StepResult): string[] {
  return [
    ...markedLines(stdout, "  "),
    ...markedLines(stderr, "! "),
    ...(exit === 0 ? [] : [`exit ${exit}`]),
  ];
}

function markedLines(text: string, mark: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop()!;
  if (last !== "") lines.push(`${last}${NO_NEWLINE}`);
  return lines.map((line) => mark + visible(line));
}

/** What an editor would lose or a reader would not see. */
function visible(line: string): string {
  if (line === "") return "<empty>";
  return line
    .replace(/\p{Cc}/gu, (char) => char === "\t" ? char : `<0x${char.charCodeAt(0).toString(16)}>`)
    .replace(/ $/, "<blank>");
}

/** Whether lines are those that are expected. */
export function areExpected(actual: readonly string[], expected: readonly string[]): boolean {
  const patterns = expected.map((line) =>
    line === ANY_LINES ? `(?: {2}(?!.*${NO_NEWLINE}).*\\n)*` : `${patternOf(line)}\\n`
  );
  const text = actual.map((line) => `${line}\n`).join("");
  return new RegExp(`^${patterns.join("")}$`).test(text);
}

/** A line that two texts share, or that one of them has. */
export interface DiffLine {
  readonly mark: " " | "-" | "+";
  readonly line: string;
}

/** What was expected (-) and is otherwise (+); a line that matches what is expected stands as that. */
export function difference(expected: readonly string[], actual: readonly string[]): DiffLine[] {
  const lengths = commonLengths(expected, actual);
  const diff: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < expected.length || j < actual.length) {
    const [wanted, seen] = [expected[i], actual[j]];
    if (wanted !== undefined && seen !== undefined && matches(seen, wanted)) {
      diff.push({ mark: " ", line: wanted });
      [i, j] = [i + 1, j + 1];
    } else if (seen === undefined || at(lengths, i + 1, j) >= at(lengths, i, j + 1)) {
      if (wanted !== undefined) diff.push({ mark: "-", line: wanted });
      else diff.push({ mark: "+", line: seen! }), j++;
      if (wanted !== undefined) i++;
    } else diff.push({ mark: "+", line: seen }), j++;
  }
  return diff;
}

/** What is to be expected from now on: what was, where it still matches, so that placeholders stay. */
export function merged(expected: readonly string[], actual: readonly string[]): string[] {
  return difference(expected, actual).filter(({ mark }) => mark !== "-").map(({ line }) => line);
}

function matches(line: string, expected: string): boolean {
  return line === expected || new RegExp(`^${patternOf(expected)}$`).test(line);
}

/** For each pair of places the length of the longest common sequence behind them. */
function commonLengths(expected: readonly string[], actual: readonly string[]): number[][] {
  const lengths = Array.from(
    { length: expected.length + 1 },
    () => new Array<number>(actual.length + 1).fill(0),
  );
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let j = actual.length - 1; j >= 0; j--) {
      lengths[i]![j] = matches(actual[j]!, expected[i]!)
        ? at(lengths, i + 1, j + 1) + 1
        : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
    }
  }
  return lengths;
}

function at(lengths: readonly number[][], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
