const root = new URL("../../../", import.meta.url).pathname;

/** What a command printed and how it ended. */
export interface TaskResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** Runs a task of `deno.json` as a user would. */
export async function task(...words: string[]): Promise<TaskResult> {
  return await command([Deno.execPath(), "task", ...words]);
}

/** Runs a command in the root of the source tree. */
export async function command(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TaskResult> {
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args,
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), exit: code };
}
