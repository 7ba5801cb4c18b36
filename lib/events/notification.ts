import { type Logger, messageOf, processStarted, spawnCommand } from "../base/mod.ts";
import { MAX_NOTIFICATION_SCRIPTS } from "../limits/mod.ts";
import { isOwnerExecutable } from "./script-directory.ts";

/** What the node tells its administrator (events.md part C). */
export type Notification = "init" | "setup" | "startup" | "healthy" | "unhealthy";

/** Passes notifications on. Nobody waits for them and nothing depends on them. */
export interface Notifier {
  notify(event: Notification): void;
}

/** What a {@link ScriptNotifier} is made from. */
export interface ScriptNotifierOptions {
  /** The configuration directory, which holds `notify.sh`. */
  readonly etcDirectory: string;
  readonly env: () => Readonly<Record<string, string>>;
  readonly log: Logger;
}

/**
 * Runs `notify.sh EVENT` with the daemon's own stdout and stderr. There is no time limit; failures
 * are only logged. A daemon that exits leaves scripts that still run to themselves.
 */
export class ScriptNotifier implements Notifier {
  readonly #options: ScriptNotifierOptions;
  readonly #running = new Set<Promise<void>>();

  constructor(options: ScriptNotifierOptions) {
    this.#options = options;
  }

  notify(event: Notification): void {
    if (this.#running.size >= MAX_NOTIFICATION_SCRIPTS) {
      this.#options.log.error(
        `notification dropped, ${MAX_NOTIFICATION_SCRIPTS} scripts still run: ${event}`,
      );
      return;
    }
    const run = this.#run(event).catch((error) =>
      this.#options.log.error(`cannot run notification script for ${event}: ${messageOf(error)}`)
    ).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Resolves when all scripts that were started have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(event: Notification): Promise<void> {
    const { etcDirectory, env, log } = this.#options;
    const path = `${etcDirectory}/notify.sh`;
    if (!await isOwnerExecutable(path)) {
      log.error(`notification script is missing or not executable: ${path}`);
      return;
    }
    processStarted("other scripts");
    // Unlike event scripts a file without `#!` is run by the shell here, as system() does it.
    const status = await spawnCommand([path, event], { env: env(), clearEnv: true }).status;
    if (!status.success) {
      const how = status.signal ?? `status ${status.code}`;
      log.error(`notification script failed for ${event}: ${how}`);
    }
  }
}
