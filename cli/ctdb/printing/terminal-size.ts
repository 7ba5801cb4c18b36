import type { ProgramIo } from "../../io.ts";

/** How much a terminal shows, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What the size is where it cannot be told. */
export const USUAL_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** The size of the terminal of the program, if it has one. */
export function terminalSize(io: ProgramIo): TerminalSize | undefined {
  if (!io.isTerminal("stdout")) return undefined;
  try {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that was never told its size says 0.
    return columns > 0 && rows > 0 ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** The size to print for: the terminal's, the environment's, the usual one. */
export function printedSize(io: ProgramIo): TerminalSize {
  const given = (name: string, usual: number) => {
    const value = Number(io.env[name]);
    return Number.isInteger(value) && value > 0 && value <= 1000 ? value : usual;
  };
  return terminalSize(io) ?? {
    columns: given("COLUMNS", USUAL_SIZE.columns),
    rows: given("LINES", USUAL_SIZE.rows),
  };
}
