import { exitOf, spawnCommand } from "./command.ts";
import { binaryCommand } from "./run-binary.ts";
import { within } from "./wait.ts";

/** How a program is started. */
export interface StartOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** A command to start it under, such as `ip netns exec NAME`. */
  under?: readonly string[];
}

/** A program that runs beside the test: what it wrote can be waited for. */
export class RunningProgram implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #name: string;
  readonly #stdout: OutputText;
  readonly #stderr: OutputText;

  constructor(command: readonly string[], options: StartOptions = {}) {
    this.#name = command.join(" ");
    this.child = spawnCommand([...(options.under ?? []), ...command], {
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    this.#stdout = new OutputText(this.child.stdout);
    this.#stderr = new OutputText(this.child.stderr);
  }

  /** Starts one of our programs. */
  static start(program: string, args: readonly string[], options: StartOptions = {}) {
    return new RunningProgram([...binaryCommand, program, ...args], options);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Resolves with all of standard output once `pattern` matches it; rejects if it ends before. */
  stdout(pattern: RegExp): Promise<string> {
    return this.#matching(this.#stdout, pattern);
  }

  /** The same for standard error. */
  stderr(pattern: RegExp): Promise<string> {
    return this.#matching(this.#stderr, pattern);
  }

  /** Resolves with all of standard output when it has ended. */
  stdoutEnd(): Promise<string> {
    return this.#stdout.ended;
  }

  /** Resolves with all of standard error when it has ended. */
  stderrEnd(): Promise<string> {
    return this.#stderr.ended;
  }

  /**
   * Waits for the end of the process: its exit status, negative for a signal.
   *
   * @throws {WaitError} it runs on and on
   */
  async exit(): Promise<number> {
    const told = () => `end of ${this.#name}; standard error: "${this.#stderr.text}"`;
    return exitOf(await within(told, this.child.status));
  }

  #matching(output: OutputText, pattern: RegExp): Promise<string> {
    const told = () =>
      `${pattern} in what ${this.#name} prints; standard output: "${this.#stdout.text}", ` +
      `standard error: "${this.#stderr.text}"`;
    return within(told, output.matching(pattern));
  }

  /** Ends the process if it runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGCONT");
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.child.stdin.close().catch(() => {});
    await this.child.status;
    await Promise.all([this.#stdout.ended, this.#stderr.ended]);
  }
}

/** Collects a stream and tells who waits for something in it. */
class OutputText {
  readonly ended: Promise<string>;
  text = "";
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#collect(stream);
  }

  matching(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (pattern.test(this.text)) resolve(this.text);
        else if (this.#closed) reject(new Error(`wait for ${pattern}: output was "${this.text}"`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<string> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.text += decoder.decode(chunk, { stream: true });
      for (const look of [...this.#waiting]) look();
    }
    this.#closed = true;
    for (const look of [...this.#waiting]) look();
    return this.text;
  }
}
