import { signalChild } from "../../lib/base/mod.ts";
import { runChild, streamChild } from "../child.ts";
import type { ChildOptions } from "../child.ts";
import type { ProgramIo } from "../io.ts";

/** What is to be done on one node: steps in order, each a local command. */
export interface NodeTask {
  address: string;
  steps: Array<{ heading?: string; command: string[] }>;
}

/** How the tasks are run. */
export interface RemoteOptions {
  parallel: boolean;
  /** Whether output says which node it is from. */
  headers: boolean;
  env: Readonly<Record<string, string>>;
}

/**
 * Runs all tasks. A node that fails does not stop the others.
 *
 * @returns the status of the last node, in the order given, that failed; 0 if none did
 */
export async function runTasks(
  io: ProgramIo,
  tasks: readonly NodeTask[],
  options: RemoteOptions,
): Promise<number> {
  const children = new ChildrenOnSignal();
  try {
    const statuses = options.parallel
      ? await Promise.all(tasks.map((task) => runParallelTask(io, task, options, children)))
      : await runInTurn(io, tasks, options, children);
    return statuses.findLast((status) => status !== 0) ?? 0;
  } finally {
    children.stopListening();
  }
}

async function runInTurn(
  io: ProgramIo,
  tasks: readonly NodeTask[],
  options: RemoteOptions,
  children: ChildrenOnSignal,
): Promise<number[]> {
  const statuses: number[] = [];
  for (const task of tasks) {
    if (children.signalled) break;
    if (options.headers) io.stderr(`\n>> NODE: ${task.address} <<\n`);
    // ssh's -n keeps the command off standard input; without it the command may read it.
    const how = { env: options.env, stdin: "inherit", ...children.track() } as const;
    statuses.push(
      await runSteps(task, (command) => runChild(io, command, how), (heading) => {
        if (options.headers) io.stdout(heading);
      }),
    );
  }
  return statuses;
}

async function runParallelTask(
  io: ProgramIo,
  task: NodeTask,
  options: RemoteOptions,
  children: ChildrenOnSignal,
): Promise<number> {
  const how: ChildOptions = { env: options.env, ...children.track() };
  if (!options.headers) {
    return await runSteps(task, (command) => runChild(io, command, how), () => {});
  }
  const lines = new PrefixedLines(`[${task.address}] `, (bytes) => io.stdout(bytes));
  const status = await runSteps(
    task,
    (command) => streamChild(io, command, (chunk) => lines.write(chunk), how),
    (heading) => lines.write(new TextEncoder().encode(heading)),
  );
  lines.end();
  return status;
}

/** The status is that of the last step that failed. */
async function runSteps(
  task: NodeTask,
  run: (command: string[]) => Promise<number>,
  announce: (heading: string) => void,
): Promise<number> {
  let failed = 0;
  for (const { heading, command } of task.steps) {
    if (heading !== undefined) announce(heading);
    const status = await run(command);
    if (status !== 0) failed = status;
  }
  return failed;
}

/**
 * Puts a prefix before each line, and passes on whole lines only, so that the lines of nodes that
 * run at the same time do not mix. A line longer than {@link maxHeld} is passed on in pieces.
 */
export class PrefixedLines {
  static readonly maxHeld = 65536;
  readonly #prefix: Uint8Array;
  readonly #sink: (bytes: Uint8Array) => void;
  #held = new Uint8Array(0);
  /** The rest of a line whose beginning, with the prefix, was passed on already. */
  #inLine = false;

  constructor(prefix: string, sink: (bytes: Uint8Array) => void) {
    this.#prefix = new TextEncoder().encode(prefix);
    this.#sink = sink;
  }

  write(chunk: Uint8Array): void {
    let rest = joined(this.#held, chunk);
    for (let newline; (newline = rest.indexOf(0x0a)) >= 0; rest = rest.subarray(newline + 1)) {
      this.#pass(rest.subarray(0, newline + 1));
      this.#inLine = false;
    }
    if (rest.length > PrefixedLines.maxHeld) {
      this.#pass(rest);
      this.#inLine = true;
      rest = rest.subarray(rest.length);
    }
    this.#held = rest.slice();
  }

  /** Passes on a last line that has no newline, as it is. */
  end(): void {
    if (this.#held.length > 0) this.#pass(this.#held);
    this.#held = new Uint8Array(0);
  }

  #pass(line: Uint8Array): void {
    this.#sink(this.#inLine ? line : joined(this.#prefix, line));
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Passes SIGINT and SIGTERM on, as SIGTERM, to every child that runs. */
class ChildrenOnSignal {
  readonly #running = new Set<Deno.ChildProcess>();
  readonly #listener = () => this.#endAll();
  signalled = false;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, this.#listener);
    }
  }

  /** The option that registers one child at a time. */
  track(): Pick<ChildOptions, "onProcess"> {
    let current: Deno.ChildProcess | undefined;
    return {
      onProcess: (child) => {
        if (current) this.#running.delete(current);
        current = child;
        if (child) this.#running.add(child);
      },
    };
  }

  stopListening(): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.removeSignalListener(signal, this.#listener);
    }
  }

  #endAll(): void {
    this.signalled = true;
    for (const child of this.#running) signalChild(child, "SIGTERM");
  }
}
