import { nullLogger, systemClock } from "../../../lib/base/mod.ts";
import {
  EventRunner,
  EventServer,
  ProcessLauncher,
  setScriptMode,
} from "../../../lib/events/mod.ts";
import type { Scratch } from "./scratch.ts";

/** Our runner behind our event socket, on a scratch directory. */
export class OurEventd implements AsyncDisposable {
  readonly runner: EventRunner;
  readonly #server: EventServer;

  private constructor(runner: EventRunner, server: EventServer) {
    this.runner = runner;
    this.#server = server;
  }

  static async start({ base, socket }: Scratch): Promise<OurEventd> {
    const env = { PATH: "/usr/bin:/bin", CTDB_BASE: base };
    const runner = new EventRunner({
      clock: systemClock,
      launcher: new ProcessLauncher({ clock: systemClock, etcDirectory: base, env: () => env }),
      log: nullLogger,
      setScript: (component, script, action) => setScriptMode(base, component, script, action),
    });
    const server = await EventServer.listen({ path: socket, service: runner, log: nullLogger });
    return new OurEventd(runner, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await this.runner.close();
  }
}
