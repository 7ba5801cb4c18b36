import { InvariantError, type Logger } from "../base/mod.ts";

/**
 * What becomes of an error that nobody expected. A broken invariant ends the daemon: what it would do
 * next might be wrong, and its clients and peers can deal with a daemon that is gone. Anything else
 * is a defect of one request: it is logged with its stack, and the others go on.
 */
export class Faults {
  readonly #log: Logger;
  readonly #abort: (reason: string) => never;

  constructor(log: Logger, abort: (reason: string) => never) {
    this.#log = log;
    this.#abort = abort;
  }

  /** @param what was being done */
  handle(what: string, error: unknown): void {
    if (error instanceof InvariantError) this.#abort(`${what}: ${error.stack ?? error.message}`);
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#log.error(`${what}: ${text}`);
  }
}
