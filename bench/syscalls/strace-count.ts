import { attachStrace } from "../../testing/process/strace.ts";

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
  const output = await Deno.makeTempFile({ prefix: "ctdb-bench-strace-" });
  try {
    const options = ["--summary-only", `--output=${output}`];
    await using strace = await attachStrace(options, pids);
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
