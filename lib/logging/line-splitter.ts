import { MAX_CHILD_LINE_BYTES } from "../limits/mod.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts the output of child processes into lines for the log: carriage returns before a newline go,
 * lines longer than 1024 bytes come in pieces. Holds at most one piece, whatever a child writes.
 *
 * Bytes that are not UTF-8 become replacement characters; a piece may end inside a character.
 *
 * ```ts ignore
 * const lines = new LineSplitter();
 * for await (const chunk of child.stderr) lines.push(chunk).forEach(log);
 * lines.end().forEach(log);
 * ```
 */
export class LineSplitter {
  readonly #held = new Uint8Array(MAX_CHILD_LINE_BYTES);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #length = 0;

  /** The lines that `chunk` completes, without their newlines. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let at = 0;
    while (at < chunk.length) {
      const room = MAX_CHILD_LINE_BYTES - this.#length;
      const end = chunk.indexOf(newline, at);
      const stop = Math.min(end === -1 ? chunk.length : end, at + room);
      this.#hold(chunk.subarray(at, stop));
      at = stop;
      if (chunk[at] === newline) {
        lines.push(this.#takeLine());
        at++;
      } else if (this.#length === MAX_CHILD_LINE_BYTES) {
        lines.push(this.#takePiece(this.#length));
      }
    }
    return lines;
  }

  /** What was written after the last newline, when the child is gone. At most one line. */
  end(): string[] {
    return this.#length === 0 ? [] : [this.#takePiece(this.#length)];
  }

  #hold(bytes: Uint8Array): void {
    this.#held.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #takeLine(): string {
    let length = this.#length;
    while (length > 0 && this.#held[length - 1] === carriageReturn) length--;
    return this.#takePiece(length);
  }

  #takePiece(length: number): string {
    const text = this.#decoder.decode(this.#held.subarray(0, length));
    this.#length = 0;
    return text;
  }
}
