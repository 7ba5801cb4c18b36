import { spawnCommand } from "./command.ts";
/** A program that prints a JSON object per line, and what it has printed so far. */
export class JsonLines<T> implements AsyncDisposable {
  readonly events: T[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawnCommand([command, ...args], { stdout: "piped" });
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#child.pid;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.events.push(JSON.parse(line));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#reading;
  }
}
