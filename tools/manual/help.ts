import type { ProgramIo } from "../../cli/io.ts";
import { programs } from "../../cli/programs.ts";

/** What a program prints as its help: all from `Usage:` on, or from its name where that is missing. */
export async function helpOf(program: string, args: readonly string[]): Promise<string> {
  const text = await wordsOf(program, args);
  const start = text.search(new RegExp(`usage:|^${program} `, "im"));
  if (start < 0) {
    throw new Error(`Read the help of a program: ${program}: ${text || "it has none"}`);
  }
  return text.slice(start);
}

/** What a program of this tree prints. */
export async function wordsOf(program: string, args: readonly string[]): Promise<string> {
  const said: string[] = [];
  await programs[program]!().then(({ main }) => main([...args], listener(program, said)));
  return said.join("");
}

/** The names in the list of commands that a program's help ends with. */
export async function commandsOf(program: string): Promise<string[]> {
  const help = await helpOf(program, ["help"]);
  const list = help.slice(help.indexOf("\nCommands:\n"));
  return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1]!);
}

/** Surroundings without a terminal, that note what is written. */
function listener(program: string, said: string[]): ProgramIo {
  const decoder = new TextDecoder();
  const note = (data: string | Uint8Array) => {
    said.push(typeof data === "string" ? data : decoder.decode(data));
  };
  return {
    program,
    // Nothing of this machine, such as its own /etc/ctdb, belongs into the page.
    env: {},
    cwd: "/",
    stdin: new ReadableStream({ start: (controller) => controller.close() }),
    children: "pipe",
    stdout: note,
    stderr: note,
    closeStdout: () => {},
    isTerminal: () => false,
  };
}
