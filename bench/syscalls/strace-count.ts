import { descendants } from "../../testing/process/process-tree.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";

/** System calls by name. */
export type Calls = ReadonlyMap<string, number>;

/**
 * Counts what daemons, all their threads and all their helpers ask of the kernel: `strace -c -f`.
 *
 * @param pids the daemons
 * @param work what is counted; it begins when strace has attached to them all
 * @throws {Error} there is no strace, or it may not trace
 */
export async function countCalls(pids: readonly number[], work: () => Promise<void>) {
  const all = pids.flatMap((pid) => [pid, ...descendants(pid)]);
  const output = await Deno.makeTempFile({ prefix: "ctdb-bench-strace-" });
  try {
    const attach = all.map((pid) => `--attach=${pid}`);
    const command = ["strace", "--summary-only", "--follow-forks", `--output=${output}`];
    await using strace = new RunningProgram([...command, ...attach]);
    const attached = new RegExp(all.map((pid) => `(?=[^]*Process ${pid} attached)`).join(""));
    await strace.stderr(attached);
    await work();
    strace.child.kill("SIGINT");
    await strace.exit();
    return readSummary(await Deno.readTextFile(output));
  } finally {
    await Deno.remove(output);
  }
}

/** The table that `strace -c` writes: share, seconds, us a call, calls, errors if any, name. */
export function readSummary(text: string): Calls {
  const rows = text.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$/gm);
  return new Map(
    [...rows].filter(([, , name]) => name !== "total").map(([, calls, name]) => [
      name!,
      Number(calls),
    ]),
  );
}
