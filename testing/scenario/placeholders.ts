/**
 * What stands for what differs from run to run, in texts that say what a program prints.
 *
 * `<any>` stands for anything within a line, `...` alone on a line for any number of lines, names in
 * capitals for what has a form. A blank at the end of a line, an empty line and a missing last line
 * end can be seen: `<blank>`, `<empty>`, `<no newline>`.
 *
 * @module
 */

const FORMS: Readonly<Record<string, string>> = {
  any: ".*",
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
  UPTIME: "[0-9]{3} [0-9]{2}:[0-9]{2}:[0-9]{2}",
};

/** Directories and numbers of a run, by the names that stand for them. */
export type Places = Readonly<Record<string, string>>;

/** Puts what belongs to a run in place of the placeholders of a text. */
export function substitute(text: string, places: Places): string {
  return text.replace(/<([A-Z]+)>/g, (placeholder, name: string) => places[name] ?? placeholder);
}

/** The other way round: the names in place of the directories of a run, the longest first. */
export function anonymous(text: string, places: Places): string {
  return Object.entries(places)
    .filter(([, value]) => value.startsWith("/"))
    .sort(([, one], [, other]) => other.length - one.length)
    .reduce((rest, [name, value]) => rest.replaceAll(value, `<${name}>`), text);
}

/** The pattern of a text, as the source of a regular expression; what has no form stands for itself. */
export function patternOf(text: string): string {
  return text.split(/(<[A-Za-z][A-Za-z0-9-]*>)/).map((part) =>
    (part.startsWith("<") ? FORMS[part.slice(1, -1)] : undefined) ?? literal(part)
  ).join("");
}

/** The text that the captured run of a program must match, with the places of this run. */
export function expectation(text: string, places: Places): RegExp {
  return new RegExp(`^${patternOf(substitute(text, places))}$`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
