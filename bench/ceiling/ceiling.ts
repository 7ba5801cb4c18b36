import { capture } from "../../tools/run.ts";

const PROCESSES = 6;
const MESSAGE_BYTES = 128;
const COMPILERS = ["cc", "gcc", "clang"];

/**
 * What no daemon can be faster than: a message that goes round six bare forwarders in C. A line for
 * the table's foot; says so where there is no compiler.
 */
export async function ceilingLine(sample_ms: number): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-bench-forwarder-" });
  try {
    const program = `${directory}/forwarder`;
    if (!await compile(program)) return "ceiling: not measured, there is no C compiler";
    const seconds = sample_ms / 1000;
    const args = [PROCESSES, MESSAGE_BYTES, seconds].map(String);
    const { success, output } = await capture([program, ...args]);
    const [forwards, elapsed_s, cpu_us] = output.trim().split(" ").map(Number);
    if (!success || !(forwards! > 0)) throw new Error(`run ${program}: ${output.trim()}`);
    return `ceiling: ${PROCESSES} bare forwarders in C, ${MESSAGE_BYTES} bytes: ` +
      `${Math.round(forwards! / elapsed_s!)} forwards/s, ` +
      `${(cpu_us! / forwards!).toFixed(2)} us of CPU a forward; ` +
      "of a hop of the message ring daemons do two, a client one";
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function compile(program: string): Promise<boolean> {
  const source = new URL("./forwarder.c", import.meta.url).pathname;
  for (const compiler of COMPILERS) {
    if ((await capture([compiler, "-O2", "-o", program, source])).success) return true;
  }
  return false;
}
