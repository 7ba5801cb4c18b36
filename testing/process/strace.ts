import { descendants } from "./process-tree.ts";
import { RunningProgram } from "./running-program.ts";

/**
 * Starts strace on processes, all their threads, and all that they have started and will start;
 * settles when it holds them all. SIGINT lets them go.
 *
 * @throws {Error} there is no strace, or it may not trace
 */
export async function attachStrace(
  options: readonly string[],
  roots: readonly number[],
): Promise<RunningProgram> {
  const pids = roots.flatMap((pid) => [pid, ...descendants(pid)]);
  const attach = pids.map((pid) => `--attach=${pid}`);
  const strace = new RunningProgram(["strace", "--follow-forks", ...options, ...attach]);
  // One that ends in this moment is told of, too.
  const told = pids.map((pid) =>
    `(?=[^]*(?:Process ${pid} attached|\\b${pid}\\): No such process))`
  );
  try {
    await strace.stderr(new RegExp(`^${told.join("")}`));
    return strace;
  } catch (error) {
    await strace[Symbol.asyncDispose]();
    throw error;
  }
}
