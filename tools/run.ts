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
 */
export async function showAndKeep(
  command: readonly string[],
  keep: number,
  { timeout_ms, ...options }: RunOptions = {},
): Promise<RunResult> {
  const child = spawnCommand(command, { ...options, stdout: "piped", stderr: "piped" });
  const kept = new KeptEnd(keep);
  const streams = [
    passOn(child.stdout, Deno.stdout, kept),
    passOn(child.stderr, Deno.stderr, kept),
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

function passOn(
  stream: ReadableStream<Uint8Array>,
  to: typeof Deno.stdout,
  kept: KeptEnd,
): { readonly done: Promise<void>; readonly stop: () => void } {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      writeAll(to, value);
      kept.add(decoder.decode(value, { stream: true }));
    }
  };
  return { done: read(), stop: () => void reader.cancel() };
}
