import type { Logger } from "../../base/mod.ts";
import { messageOf } from "../../base/mod.ts";
import { linkChanges } from "./link-messages.ts";
import { RawSocket } from "./raw-socket.ts";

/** How long one wait of the watcher is: as late may it see that it is to end. */
const WAIT_MS = 1000;
/** The kernel's messages about one interface have some 1.5 KB. */
const BUFFER_SIZE = 32 * 1024;

/**
 * Tells at once when an interface of this machine gets or loses its link, as the kernel announces
 * it. (The C daemon learns of it by its next monitor event.)
 */
export class LinkWatch {
  readonly #log: Logger;
  readonly #states = new Map<string, boolean>();
  #stopped = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Calls `changed` with the name of an interface whenever its link has changed, until `stop`. */
  start(changed: (name: string) => void): void {
    let socket: RawSocket;
    try {
      socket = RawSocket.linkEvents();
    } catch (error) {
      this.#log.warning(`Link changes are seen by monitor events only: ${messageOf(error)}`);
      return;
    }
    this.#watch(socket, changed)
      .catch((error) => this.#log.error(`Watch links: ${messageOf(error)}`))
      .finally(() => socket.close());
  }

  /** No calls any more from now on. */
  stop(): void {
    this.#stopped = true;
  }

  async #watch(socket: RawSocket, changed: (name: string) => void): Promise<void> {
    const buffer = new Uint8Array(BUFFER_SIZE);
    while (!this.#stopped) {
      if (!await socket.readable(WAIT_MS) || this.#stopped) continue;
      const length = socket.receive(buffer);
      if (length < 0) continue;
      for (const { name, running } of linkChanges(buffer.subarray(0, length))) {
        if (this.#states.get(name) === running) continue;
        this.#states.set(name, running);
        changed(name);
      }
    }
  }
}
