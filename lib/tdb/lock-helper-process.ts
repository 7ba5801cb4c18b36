import { processStarted } from "../base/mod.ts";
import { type Helper, SpawnError, type SpawnHelper } from "../loop/mod.ts";
import { MAX_HELPER_LINE_CHARACTERS } from "../limits/mod.ts";
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
export function lockHelperSpawner(
  spawn: SpawnHelper,
  command: readonly string[],
): SpawnLockHelper {
  return (listener) => new LineHelper(spawn, [...command, `--parent=${Deno.pid}`], listener);
}

/** A lock helper, in lines. */
class LineHelper implements LockHelperProcess {
  readonly #helper: Helper;
  readonly #listener: LockHelperListener;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #pending = "";

  constructor(spawn: SpawnHelper, command: readonly string[], listener: LockHelperListener) {
    this.#listener = listener;
    processStarted("lock helpers");
    this.#helper = spawn(command, {
      data: (slab, end) => this.#read(slab.slice(0, end)),
      ended: (reason) => listener.ended(`lock ${reason}`),
    });
  }

  get pid(): number {
    return this.#helper.pid;
  }

  send(line: string): void {
    this.#helper.write(this.#encoder.encode(`${line}\n`));
  }

  kill(): void {
    this.#helper.kill();
  }

  #read(bytes: Uint8Array): void {
    const lines = (this.#pending + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#pending = lines.pop() ?? "";
    if (this.#pending.length > MAX_HELPER_LINE_CHARACTERS) {
      throw new SpawnError(`read from lock helper, line too long: ${this.#pending.length}`);
    }
    for (const line of lines) this.#listener.line(line);
  }
}
