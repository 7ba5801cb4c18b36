import { type Clock, type ProcessKind, processStarted } from "../base/mod.ts";
import { ChildProcess } from "./child-process.ts";
import type { ScriptLauncher, ScriptListing, ScriptObserver, ScriptProcess } from "./launcher.ts";
import { listScripts, scriptPath } from "./script-directory.ts";

/** How long {@link ProcessLauncher.close} waits for killed processes to go. */
const CLOSE_WAIT_MS = 5_000;

/** What a {@link ProcessLauncher} is made from. */
export interface ProcessLauncherOptions {
  readonly clock: Clock;
  /** The configuration directory: scripts are `events/COMPONENT/NN.NAME.script` below it. */
  readonly etcDirectory: string;
  /** The whole environment of the scripts; read at each launch. See {@link scriptEnvironment}. */
  readonly env: () => Readonly<Record<string, string>>;
}

/** Runs event scripts as real processes. Needs FFI, and Linux. */
export class ProcessLauncher implements ScriptLauncher {
  readonly #options: ProcessLauncherOptions;
  readonly #children = new Set<ChildProcess>();

  constructor(options: ProcessLauncherOptions) {
    this.#options = options;
  }

  list(component: string, done: (listing: ScriptListing) => void): void {
    void listScripts(this.#options.etcDirectory, component).then(done);
  }

  launchScript(
    component: string,
    script: string,
    args: readonly string[],
    observer: ScriptObserver,
  ): ScriptProcess {
    const path = scriptPath(this.#options.etcDirectory, component, script);
    return this.#launch("event scripts", path, [script, ...args], observer);
  }

  launchDebug(name: string, args: readonly string[], observer: ScriptObserver): ScriptProcess {
    const path = `${this.#options.etcDirectory}/${name}`;
    return this.#launch("other scripts", path, [name, ...args], observer);
  }

  async close(): Promise<void> {
    const children = [...this.#children];
    for (const child of children) child.signal("SIGKILL");
    const giveUp = this.#options.clock.setTimer(
      CLOSE_WAIT_MS,
      () => children.forEach((child) => child.abandon()),
    );
    await Promise.all(children.map((child) => child.gone));
    giveUp.cancel();
  }

  #launch(
    kind: ProcessKind,
    path: string,
    argv: readonly string[],
    observer: ScriptObserver,
  ): ScriptProcess {
    processStarted(kind);
    const child = new ChildProcess({ path, argv, env: this.#options.env() }, observer);
    this.#children.add(child);
    void child.gone.finally(() => this.#children.delete(child));
    return child;
  }
}
