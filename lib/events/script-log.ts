/** Writes one line that a script printed to the log. */
export type ScriptLog = (script: string, line: string) => void;

/** A script that prints more than this is quoted no further: the log is for people. */
const MAX_LINES = 1000;
const MAX_LINE_LENGTH = 2000;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A script's output as text; bytes that are no UTF-8 become U+FFFD. */
export function outputText(output: Uint8Array): string {
  return decoder.decode(output);
}

/** Logs a script's output line by line; blank lines are dropped (events.md A.3). */
export function logOutput(log: ScriptLog, script: string, output: string): void {
  const lines = output.split("\n").filter((line) => line !== "");
  for (const line of lines.slice(0, MAX_LINES)) log(script, line.slice(0, MAX_LINE_LENGTH));
  if (lines.length > MAX_LINES) log(script, `${lines.length - MAX_LINES} more lines not logged`);
}
