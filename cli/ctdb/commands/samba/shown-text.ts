/** Texts that clients of a file server choose, made safe to print. @module */

/**
 * A file name on one line: control characters and backslashes as `\xNN`, so that no name can break
 * lines or speak to the terminal.
 *
 * @param separator of rows for programs, which is escaped, too
 */
export function shownName(name: string, separator = ""): string {
  return [...name].map((char) => {
    const code = char.codePointAt(0)!;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 ||
      code === 0x2029;
    return control || char === "\\" || separator.includes(char) ? escaped(code) : char;
  }).join("");
}

function escaped(code: number): string {
  return `\\x${code.toString(16).padStart(2, "0")}`;
}

/** `0x00120089`. */
export function maskText(mask: number): string {
  return `0x${mask.toString(16).padStart(8, "0")}`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
