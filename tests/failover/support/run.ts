/** What a command printed and how it ended. */
export interface RunResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[]): RunResult {
  try {
    const { success, stdout, stderr } = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).outputSync();
    const decoder = new TextDecoder();
    return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    return { success: false, stdout: "", stderr: String(error) };
  }
}

/** Runs a command that must succeed; returns what it printed. */
export function must(command: string, args: readonly string[]): string {
  const { success, stdout, stderr } = run(command, args);
  if (!success) throw new Error(`Run ${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
