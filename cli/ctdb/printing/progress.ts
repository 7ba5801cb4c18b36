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
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!io.isTerminal("stderr")) return await work();
  const start = performance.now();
  let frame = 0;
  const draw = () => {
    const elapsed_s = ((performance.now() - start) / 1000).toFixed(1);
    io.stderr(`${CLEAR_LINE}${FRAMES[frame++ % FRAMES.length]} ${what} ${elapsed_s} s`);
  };
  const timer = setInterval(draw, FRAME_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    io.stderr(CLEAR_LINE);
  }
}
