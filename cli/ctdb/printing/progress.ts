import type { ProgramIo } from "../../io.ts";

const FRAMES = ["|", "/", "-", "\\"];
const FRAME_MS = 120;
const CLEAR_LINE = "\r\x1b[K";

/**
 * Shows on a terminal that something is going on, and for how long. Nothing is shown where standard
 * error is no terminal.
 */
export async function withProgress<T>(
  io: ProgramIo,
  what: string | (() => string),
  work: () => Promise<T>,
): Promise<T> {
  if (!io.isTerminal("stderr")) return await work();
  const start = performance.now();
  let frame = 0;
  const draw = () => {
    const elapsed_s = ((performance.now() - start) / 1000).toFixed(1);
    const text = typeof what === "string" ? what : what();
    io.stderr(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${text} ${elapsed_s} s`);
  };
  const timer = setInterval(draw, FRAME_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    io.stderr(CLEAR_LINE);
  }
}

/** What is waited for at the moment, in words such as `node 2`. */
export class Pending {
  readonly #waits = new Set<string>();

  /** Counts `what` as waited for until `work` has settled. */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    this.#waits.add(what);
    try {
      return await work;
    } finally {
      this.#waits.delete(what);
    }
  }

  /** Says what is waited for while `work` goes on. */
  show<T>(io: ProgramIo, work: () => Promise<T>): Promise<T> {
    return withProgress(io, () => `waiting for ${[...this.#waits].join(", ")}`, work);
  }
}
