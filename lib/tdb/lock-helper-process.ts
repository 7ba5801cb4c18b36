import { messageOf } from "../base/mod.ts";
import { LockHelperError } from "./errors.ts";
import { MAX_LINE } from "./helper-protocol.ts";
import type {
  LockHelperListener,
  LockHelperProcess,
  SpawnLockHelper,
} from "./lock-helper-client.ts";

/**
 * Starts real lock helpers. `command` is the program and the words before the helper's own
 * arguments, such as `[Deno.execPath(), "ctdb_lock_helper"]` for the compiled binary. Each helper
 * is a session of its own, and the kernel kills it when this process dies.
 * @throws when the program cannot be started.
 */
export function lockHelperSpawner(command: readonly string[]): SpawnLockHelper {
  const [program = "", ...words] = command;
  return (listener) => {
    const child = new Deno.Command(program, {
      args: [...words, `--parent=${Deno.pid}`],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      detached: true,
    }).spawn();
    return new ChildHelper(child, listener);
  };
}

class ChildHelper implements LockHelperProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #encoder = new TextEncoder();

  constructor(child: Deno.ChildProcess, listener: LockHelperListener) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#follow(listener);
  }

  get pid(): number {
    return this.#child.pid;
  }

  send(line: string): void {
    // A broken pipe means that it is about to be reported as ended.
    this.#writer.write(this.#encoder.encode(`${line}\n`)).catch(() => {});
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  /** Reads lines to the end, then reaps the child. */
  async #follow(listener: LockHelperListener): Promise<void> {
    let trouble = "";
    try {
      await this.#readLines(listener);
    } catch (error) {
      trouble = `${messageOf(error)}, `;
      this.kill();
    }
    const status = await this.#child.status;
    await this.#writer.close().catch(() => {});
    listener.ended(`lock helper: ${trouble}${status.signal ?? `exit status ${status.code}`}`);
  }

  async #readLines(listener: LockHelperListener): Promise<void> {
    const decoder = new TextDecoder();
    let pending = "";
    for await (const chunk of this.#child.stdout) {
      const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n");
      pending = lines.pop() ?? "";
      if (pending.length > MAX_LINE) {
        throw new LockHelperError(`read from lock helper, line too long: ${pending.length}`);
      }
      for (const line of lines) listener.line(line);
    }
  }
}
