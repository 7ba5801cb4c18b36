import type { ProgramResult } from "../../lib/base/mod.ts";
import type { ProgramIo, ProgramMain } from "../../cli/io.ts";

export type { ProgramResult };

/** What a test gives to a program. */
export interface ProgramSetup {
  program?: string;
  env?: Record<string, string>;
  cwd?: string;
  stdin?: string;
}

/** Runs a program's `main` in this process and collects what it wrote. */
export async function runProgram(
  main: ProgramMain,
  args: string[],
  setup: ProgramSetup = {},
): Promise<ProgramResult> {
  const written = { stdout: new Collector(), stderr: new Collector() };
  const io: ProgramIo = {
    program: setup.program ?? "program",
    env: { PATH: Deno.env.get("PATH") ?? "", ...setup.env },
    cwd: setup.cwd ?? Deno.cwd(),
    stdin: streamOf(setup.stdin ?? ""),
    children: "pipe",
    stdout: (data) => written.stdout.add(data),
    stderr: (data) => written.stderr.add(data),
    closeStdout: () => {},
    isTerminal: () => false,
  };
  const exit = await main(args, io);
  return { stdout: written.stdout.text(), stderr: written.stderr.text(), exit };
}

/** Joins the pieces before it decodes, as a character may be cut in two. */
class Collector {
  readonly #chunks: Uint8Array[] = [];

  add(data: string | Uint8Array): void {
    this.#chunks.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice());
  }

  text(): string {
    const decoder = new TextDecoder();
    const parts = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    return parts.join("") + decoder.decode();
  }
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (text !== "") controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}
