const encoder = new TextEncoder();

/** Writes a line to standard output. */
export function say(text = ""): void {
  writeAll(Deno.stdout, `${text}\n`);
}

/** Writes a line to standard error. */
export function complain(text: string): void {
  writeAll(Deno.stderr, `${text}\n`);
}

function writeAll(stream: typeof Deno.stdout, text: string): void {
  for (let rest = encoder.encode(text); rest.length > 0;) {
    rest = rest.subarray(stream.writeSync(rest));
  }
}

/** The root of the source tree, with a slash at its end. */
export const ROOT: string = decodeURIComponent(new URL("..", import.meta.url).pathname);
