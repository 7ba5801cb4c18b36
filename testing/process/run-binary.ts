import type { ProgramResult, ProgramSetup } from "./program-io.ts";

const mainModule = new URL("../../main.ts", import.meta.url).href;

/** The command that runs a program of ours as a process of its own, with its arguments to add. */
export const binaryCommand: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-check",
  "-A",
  mainModule,
];

/**
 * Runs a program of ours to its end as a process of its own, called as `setup.program`; `under` is a
 * command to run it under, such as `ip netns exec NAME`.
 */
export async function runBinary(
  args: readonly string[],
  setup: ProgramSetup & { program: string; under?: readonly string[] },
): Promise<ProgramResult> {
  const [file, ...words] = [...(setup.under ?? []), ...binaryCommand];
  const child = new Deno.Command(file!, {
    args: [...words, ...args],
    env: { CTDB_PROGRAM: setup.program, ...setup.env },
    ...(setup.cwd === undefined ? {} : { cwd: setup.cwd }),
    stdin: setup.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (setup.stdin !== undefined) await feed(child, setup.stdin);
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    exit: signal === null ? code : 128 - code,
  };
}

/** A program that does not read its input may be gone before it was given. */
async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
}
