import { HelperProcess } from "./helper-process.ts";

/** Idle processes that are kept; more than one only after several were in use at a time. */
const MAX_IDLE = 4;

/**
 * Starts helper processes, and keeps some that have nothing to do, at least one once the first was
 * needed: a chain that is busy should not have to wait for the start of a program.
 */
export class HelperPool {
  readonly #command: readonly string[];
  readonly #running = new Set<HelperProcess>();
  #idle: HelperProcess[] = [];
  #closed = false;

  /** `command`: program and arguments; the daemon's process id is added at the end. */
  constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** A process with nothing to do. Throws when none can be started. */
  take(): HelperProcess {
    if (this.#closed) throw new TypeError("start helper: storage is closed");
    this.#idle = this.#idle.filter((helper) => helper.alive);
    const helper = this.#idle.pop() ?? this.#start();
    // In a later turn: whoever takes a helper now must not pay for the next one.
    queueMicrotask(() => this.#haveOneReady());
    return helper;
  }

  /** A process has nothing to do any more: it is kept for the next, unless enough are. */
  putBack(helper: HelperProcess): void {
    helper.listen(undefined);
    if (this.#closed || !helper.alive || this.#idle.length >= MAX_IDLE) helper.kill();
    else this.#idle.push(helper);
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

  #haveOneReady(): void {
    if (this.#closed || this.#idle.length > 0) return;
    try {
      this.#idle.push(this.#start());
    } catch {
      // Whoever needs a helper next will try again, and hears why it cannot be had.
    }
  }

  #start(): HelperProcess {
    const helper = new HelperProcess(this.#command);
    this.#running.add(helper);
    helper.finished.then(() => this.#running.delete(helper));
    return helper;
  }
}
