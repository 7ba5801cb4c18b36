import type { SpawnHelper } from "../../loop/mod.ts";
import { HelperProcess } from "./helper-process.ts";

/** Starts helper processes, and keeps one that has nothing to do for whoever needs the next. */
export class HelperPool {
  readonly #spawn: SpawnHelper;
  readonly #command: readonly string[];
  readonly #running = new Set<HelperProcess>();
  #idle: HelperProcess | undefined;
  #closed = false;
  readonly #finished = Promise.withResolvers<void>();

  /** `command`: program and arguments; the daemon's process id is added at the end. */
  constructor(spawn: SpawnHelper, command: readonly string[]) {
    this.#spawn = spawn;
    this.#command = command;
  }

  /** A process with nothing to do. Throws when none can be started. */
  take(): HelperProcess {
    if (this.#closed) throw new TypeError("start helper: storage is closed");
    const helper = this.#idle?.alive ? this.#idle : this.#start();
    this.#idle = undefined;
    return helper;
  }

  /** A process has nothing to do any more: it is kept if no other is, else ended. */
  putBack(helper: HelperProcess): void {
    helper.listen(undefined);
    if (this.#closed || !helper.alive || this.#idle?.alive) helper.kill();
    else this.#idle = helper;
  }

  /** Kills all processes. */
  close(): void {
    this.#closed = true;
    for (const helper of this.#running) helper.kill();
    this.#settle();
  }

  /** Settles when all processes have ended, after {@link close}. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  #start(): HelperProcess {
    const helper: HelperProcess = new HelperProcess(this.#spawn, this.#command, () => {
      this.#running.delete(helper);
      this.#settle();
    });
    this.#running.add(helper);
    return helper;
  }

  #settle(): void {
    if (this.#closed && this.#running.size === 0) this.#finished.resolve();
  }
}
