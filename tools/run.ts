import { exitOf, runCommand, signalChild, spawnCommand } from "../lib/base/mod.ts";
import { writeAll } from "./console.ts";

/** How a command of the tools is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills it after this; then it has not succeeded. */
  readonly timeout_ms?: number;
}

/** How a command ended, and what it wrote if that was wanted. */
export interface RunResult {
  readonly success: boolean;
  /** Standard output and error; empty if they were shown. */
  readonly output: string;
}

/** Runs a command and collects both of its streams. A program that is not there has failed. */
export async function capture(
  command: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  try {
    const { exit, stdout, stderr } = await runCommand(command, options);
    return { success: exit === 0, output: stdout + stderr };
  } catch (error) {
    return { success: false, output: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs a command whose output goes where ours goes; whether it succeeded. */
export async function show(
  command: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  return (await runCommand(command, { ...options, output: "inherit" })).exit === 0;
}

/** How long output may still come when the command has ended: what it has left behind may hold it. */
const AFTER_END_MS = 1_000;

/**
 * Runs a command whose output goes where ours goes, and keeps the end of it.
 *
 * @param keep how many characters of its end `output` has at most
 * @param label stands before each line that is shown, to tell commands apart that run at a time; then
 *   a line is shown when it is whole
 */
export async function showAndKeep(
  command: readonly string[],
  keep: number,
  { timeout_ms, ...options }: RunOptions = {},
  label?: string,
): Promise<RunResult> {
  const child = spawnCommand(command, { ...options, stdout: "piped", stderr: "piped" });
  const kept = new KeptEnd(keep);
  const streams = [
    passOn(child.stdout, showing(Deno.stdout, label), kept),
    passOn(child.stderr, showing(Deno.stderr, label), kept),
  ];
  const timer = timeout_ms === undefined
    ? undefined
    : setTimeout(() => signalChild(child, "SIGKILL"), timeout_ms);
  const exit = exitOf(await child.status);
  clearTimeout(timer);
  const late = setTimeout(() => streams.forEach(({ stop }) => stop()), AFTER_END_MS);
  await Promise.all(streams.map(({ done }) => done));
  clearTimeout(late);
  return { success: exit === 0, output: kept.text };
}

/** The last characters of a text that comes in pieces. */
class KeptEnd {
  text = "";
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: string): void {
    this.text = (this.text + piece).slice(-this.#most);
  }
}

/** Where what a command prints is shown. */
interface Shown {
  text(piece: string): void;
  /** Nothing more comes. */
  end(): void;
}

function showing(to: typeof Deno.stdout, label: string | undefined): Shown {
  const encoder = new TextEncoder();
  const write = (text: string) => writeAll(to, encoder.encode(text));
  if (label === undefined) return { text: write, end: () => {} };
  const lines = new LabelledLines(label);
  return {
    text: (piece) => write(lines.add(piece)),
    end: () => write(lines.end()),
  };
}

/** Puts a label before each line of a text that comes in pieces. */
export class LabelledLines {
  readonly #label: string;
  #begun = "";

  constructor(label: string) {
    this.#label = label;
  }

  /** The lines that are whole with this piece. */
  add(piece: string): string {
    const lines = (this.#begun + piece).split("\n");
    this.#begun = lines.pop()!;
    return lines.map((line) => `${this.#label} | ${line}\n`).join("");
  }

  /** The line that never became whole, if there is one. */
  end(): string {
    return this.#begun === "" ? "" : this.add("\n");
  }
}

function passOn(
  stream: ReadableStream<Uint8Array>,
  shown: Shown,
  kept: KeptEnd,
): { readonly done: Promise<void>; readonly stop: () => void } {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return shown.end();
      const text = decoder.decode(value, { stream: true });
      shown.text(text);
      kept.add(text);
    }
  };
  return { done: read(), stop: () => void reader.cancel() };
}
