import { type Logger, messageOf, processStarted, runCommand } from "../../base/mod.ts";
import { MAX_DEBUG_LOCK_SCRIPTS } from "../../limits/mod.ts";

/** The configured script that looks who holds a lock (`[database] lock debug script`). */
export class DebugLockScript {
  readonly #path: string;
  readonly #log: Logger;
  #running = 0;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Runs it, unless too many run already; what it prints goes to the log. */
  run(args: readonly string[]): void {
    if (this.#running >= MAX_DEBUG_LOCK_SCRIPTS) return;
    this.#running++;
    processStarted("other scripts");
    runCommand([this.#path, ...args]).then(
      ({ stdout }) => this.#log.warning(stdout),
      (error) => this.#log.error(`run ${this.#path}: ${messageOf(error)}`),
    ).finally(() => void this.#running--);
  }
}
