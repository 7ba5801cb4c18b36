import { HelperProcess } from "./helper-process.ts";

/** Starts helper processes, and keeps one that has nothing to do for whoever needs the next. */
export class HelperPool {
  readonly #command: readonly string[];
  readonly #running = new Set<HelperProcess>();
  #idle: HelperProcess | undefined;
  #closed = false;

  /** `command`: program and arguments; the daemon's process id is added at the end. */
  constructor(command: readonly string[]) {
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
  }

  /** Settles when all processes have ended. */
  async finished(): Promise<void> {
    await Promise.all([...this.#running].map((helper) => helper.finished));
  }

  #start(): HelperProcess {
    const helper = new HelperProcess(this.#command);
    this.#running.add(helper);
    helper.finished.then(() => this.#running.delete(helper));
    return helper;
  }
}
