import { traceFrame } from "../../../lib/wire/mod.ts";

/** What is kept of the past, in lines. */
const KEPT = 3000;

type Line = string | { readonly from: number; readonly to: number; readonly frame: Uint8Array };

/** The last things that happened in a simulation, for the report of a failure. */
export class Trace {
  readonly #now: () => number;
  readonly #lines: { readonly at_ms: number; readonly line: Line }[] = [];
  #next = 0;
  /** Print everything as it comes. */
  echo = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(line: Line): void {
    const entry = { at_ms: this.#now(), line };
    if (this.echo) print(format(entry));
    if (this.#lines.length < KEPT) this.#lines.push(entry);
    else this.#lines[this.#next++ % KEPT] = entry;
  }

  /** The last `count` lines as text. */
  tail(count: number): string {
    const start = this.#next % KEPT;
    const inOrder = [...this.#lines.slice(start), ...this.#lines.slice(0, start)];
    return inOrder.slice(Math.max(0, inOrder.length - count)).map(format).join("\n");
  }
}

function format({ at_ms, line }: { readonly at_ms: number; readonly line: Line }): string {
  const time = (at_ms / 1000).toFixed(4).padStart(9);
  if (typeof line === "string") return `${time} ${line}`;
  return `${time} [${line.from}->${line.to}] ${traceFrame(line.frame)}`;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
