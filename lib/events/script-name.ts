/** How event script files are called and ordered (events.md A.2). @module */

/** What a script's file name has and its name in commands and status output has not. */
export const SCRIPT_SUFFIX = ".script";

const SCRIPT_FILE = /^[0-9][0-9]\.[^]*\.script$/;

/** Whether a file of this name is an event script: `[0-9][0-9].*.script`. */
export function isScriptFile(fileName: string): boolean {
  return SCRIPT_FILE.test(fileName);
}

/** The script's name: its file name without `.script`. */
export function scriptNameOf(fileName: string): string {
  return fileName.slice(0, -SCRIPT_SUFFIX.length);
}

/** The file name of a script. Takes a name that has the suffix already, as the C daemon does. */
export function scriptFileOf(name: string): string {
  return name.endsWith(SCRIPT_SUFFIX) ? name : name + SCRIPT_SUFFIX;
}

const encoder = new TextEncoder();

/** Bytewise order of names: what `alphasort` gives in the C locale. */
export function compareNames(a: string, b: string): number {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const difference = left[i]! - right[i]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/**
 * Whether `name` is one plain directory entry. The C daemon lets a client walk out of the
 * configuration directory with `../..`; there is no honest use for that, so we do not.
 */
export function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}
