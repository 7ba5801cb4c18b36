import { runCommand } from "../../../testing/process/command.ts";
import { effort } from "./makeups.ts";

/** What a workload process shall do, and on which node. */
export type Command =
  & { readonly socket: string; readonly database: string }
  & (
    | {
      readonly kind: "count";
      readonly keys: readonly string[];
      readonly clients: number;
      readonly times: number;
    }
    | { readonly kind: "transact"; readonly writers: readonly string[]; readonly seconds: number }
    | { readonly kind: "fill" | "empty"; readonly prefix: string; readonly records: number }
  );

/** One that takes longer hangs, and is killed: exit status -9. */
const LIMIT_MS = 5 * 60_000 * effort;
const PROGRAM = new URL("workload.ts", import.meta.url).pathname;

/** Runs a workload in a process of its own and returns what it printed. */
export async function workload<T>(command: Command): Promise<T> {
  const program = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", PROGRAM];
  const { exit, stdout, stderr } = await runCommand([...program, JSON.stringify(command)], {
    timeout_ms: LIMIT_MS,
  });
  if (exit !== 0) throw new Error(`Workload ${command.kind}: status ${exit}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
