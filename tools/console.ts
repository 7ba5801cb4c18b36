const encoder = new TextEncoder();

/** Writes a line to standard output. */
export function say(text = ""): void {
  writeAll(Deno.stdout, encoder.encode(`${text}\n`));
}

/** Writes a line to standard error. */
export function complain(text: string): void {
  writeAll(Deno.stderr, encoder.encode(`${text}\n`));
}

/** Writes all of the bytes. */
export function writeAll(stream: typeof Deno.stdout, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(stream.writeSync(rest));
}

/** The root of the source tree, with a slash at its end. */
export const ROOT: string = decodeURIComponent(new URL("..", import.meta.url).pathname);
