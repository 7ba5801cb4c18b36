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
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "-A",
      PROGRAM,
      JSON.stringify(command),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Workload ${command.kind}: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as T;
}
