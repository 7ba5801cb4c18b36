import { fromFileUrl } from "./support.ts";
import { spawnCommand } from "../../../testing/process/command.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A second process that has a TDB open; see `peer-main.ts` for the calls. */
export class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #pending = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#reader = child.stdout.getReader();
  }

  static async open(path: string, flags: number, hashSize: number): Promise<Peer> {
    const peer = Peer.start([]);
    await peer.call("open", path, flags, hashSize);
    return peer;
  }

  /** A peer that has nothing open yet, run by the program and arguments in `wrapper`. */
  static start(wrapper: readonly string[]): Peer {
    const program = fromFileUrl("./peer-main.ts");
    const deno = [Deno.execPath(), "run", "-A", "--no-check", program];
    return new Peer(spawnCommand([...wrapper, ...deno], { stdin: "piped", stdout: "piped" }));
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a call without waiting for it. */
  async send(...call: [string, ...unknown[]]): Promise<void> {
    await this.#writer.write(encoder.encode(`${JSON.stringify(call)}\n`));
  }

  /** The answer to the oldest call that was sent. */
  async answer(): Promise<unknown> {
    while (!this.#pending.includes("\n")) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error("the peer has gone");
      this.#pending += decoder.decode(value);
    }
    const end = this.#pending.indexOf("\n");
    const line = this.#pending.slice(0, end);
    this.#pending = this.#pending.slice(end + 1);
    const { value, error } = JSON.parse(line);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async call(...call: [string, ...unknown[]]): Promise<unknown> {
    await this.send(...call);
    return await this.answer();
  }

  /** Ends the process the hard way, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#finish();
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#finish(false);
  }

  async #finish(abort = true): Promise<void> {
    if (abort) await this.#writer.abort().catch(() => {});
    await this.#reader.cancel();
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      return; // It has ended and was reaped.
    }
    await this.#finish();
  }
}
