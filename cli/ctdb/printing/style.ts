import type { ProgramIo } from "../../io.ts";

const CODES = { good: 32, warning: 33, bad: 31, faint: 2 } as const;

/** What a colour stands for. */
export type Tone = keyof typeof CODES;

/** `text` in the colour of `tone` when standard output is a terminal, else as it is. */
export function paint(io: ProgramIo, tone: Tone, text: string): string {
  if (!io.isTerminal("stdout") || (io.env["NO_COLOR"] ?? "") !== "") return text;
  return `\x1b[${CODES[tone]}m${text}\x1b[0m`;
}
