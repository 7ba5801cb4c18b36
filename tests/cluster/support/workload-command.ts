import { runCommand } from "../../../testing/process/command.ts";

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

const PROGRAM = new URL("workload.ts", import.meta.url).pathname;

/** Runs a workload in a process of its own and returns what it printed. */
export async function workload<T>(command: Command): Promise<T> {
  const program = [Deno.execPath(), "run", "--quiet", "--no-check", "-A", PROGRAM];
  const { exit, stdout, stderr } = await runCommand([...program, JSON.stringify(command)]);
  if (exit !== 0) throw new Error(`Workload ${command.kind}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
