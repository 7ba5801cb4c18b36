import { RunningProgram } from "../../testing/process/running-program.ts";

/** Everybody who looks at a node: one process, `watchers.ts`, that comes and goes as it is told. */
export class Watchers implements AsyncDisposable {
  readonly #program: RunningProgram;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #turns = 0;
  #watching = false;

  private constructor(program: RunningProgram) {
    this.#program = program;
    this.#input = program.child.stdin.getWriter();
  }

  /** Starts the process, which does nothing yet. */
  static start(socket: string): Watchers {
    const script = new URL("./watchers.ts", import.meta.url).pathname;
    const command = [Deno.execPath(), "run", "-A", "--no-check", script, socket];
    return new Watchers(new RunningProgram(command, { under: ["nice", "-n", "19"] }));
  }

  /** Of the process. */
  get pid(): number {
    return this.#program.pid;
  }

  get watching(): boolean {
    return this.#watching;
  }

  /** Resolves when all streams are open. */
  async watch(): Promise<void> {
    await this.#turn("watching");
    this.#watching = true;
  }

  /** Resolves when nothing is asked any more. */
  async rest(): Promise<void> {
    await this.#turn("resting");
    this.#watching = false;
  }

  async #turn(answer: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode("\n"));
    const said = this.#program.stdout(new RegExp(`^${answer} ${++this.#turns}$`, "m"));
    await said.catch(async (error) => {
      throw new Error(`Watch the node: ${await this.#program.stderrEnd()}`, { cause: error });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.releaseLock();
    await this.#program[Symbol.asyncDispose]();
  }
}
