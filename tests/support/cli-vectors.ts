/** One captured run of a reference program (`cli.md` 15). */
export interface CliVector {
  version: string;
  setup: string;
  node?: number;
  argv: string[];
  env?: Record<string, string>;
  stdin?: string;
  note?: string;
  stdout: string;
  stderr: string;
  exit: number;
}

/** The captured runs of one file of `tests/vectors/cli`. */
export function loadCliVectors(name: string): CliVector[] {
  const file = new URL(`../vectors/cli/${name}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file)) as CliVector[];
}

/** Patterns of what differs from run to run. */
const variable: Readonly<Record<string, string>> = {
  PID: "[0-9]+",
  NUM: "[0-9]+",
  NUM10: "[ 0-9]{9}[0-9]",
  RATE8: "[ 0-9]{7}[0-9]",
  ADDR: "[0-9a-fA-F.:]+",
  GEN: "[0-9]+",
  EPOCH: "[0-9]+",
  SECS3: "[0-9]+\\.[0-9]{3}",
  SECS6: "[0-9]+\\.[0-9]{6}",
  DATE: "[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}",
  TIME: "[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}",
  "TALLOC-REPORT": "[^]*",
  UPTIME: "[0-9]{3} [0-9]{2}:[0-9]{2}:[0-9]{2}",
};

/** Puts a test's own directories in place of the placeholders of a captured text. */
export function substitute(text: string, places: Readonly<Record<string, string>>): string {
  return text.replace(/<([A-Z]+)>/g, (placeholder, name: string) => places[name] ?? placeholder);
}

/** The captured text as a pattern: places filled in, variable parts matched by their form. */
export function expectation(text: string, places: Readonly<Record<string, string>>): RegExp {
  const filled = substitute(text, places);
  const pattern = filled.split(/(<[A-Z][A-Z0-9-]*>)/).map((part) => {
    const known = variable[part.slice(1, -1)];
    return known !== undefined && part.startsWith("<") ? known : escape(part);
  });
  return new RegExp(`^${pattern.join("")}$`);
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
