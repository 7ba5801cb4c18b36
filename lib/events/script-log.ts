import { MAX_QUOTED_LINE_CHARACTERS, MAX_QUOTED_LINES } from "../limits/mod.ts";

/** Writes one line that a script printed to the log. */
export type ScriptLog = (script: string, line: string) => void;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A script's output as text; bytes that are no UTF-8 become U+FFFD. */
export function outputText(output: Uint8Array): string {
  return decoder.decode(output);
}

/** Logs a script's output line by line; blank lines are dropped (events.md A.3). */
export function logOutput(log: ScriptLog, script: string, output: string): void {
  const lines = output.split("\n").filter((line) => line !== "");
  for (const line of lines.slice(0, MAX_QUOTED_LINES)) {
    log(script, line.slice(0, MAX_QUOTED_LINE_CHARACTERS));
  }
  if (lines.length > MAX_QUOTED_LINES) {
    log(script, `${lines.length - MAX_QUOTED_LINES} more lines not logged`);
  }
}
