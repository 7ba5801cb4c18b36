import type { Happening, Journal, Logger } from "../../base/mod.ts";
import type { AdminSettings, Paths } from "../../config/mod.ts";
import type { EventRecord, EventRunner } from "../../events/mod.ts";
import { ADMIN_CLOSE_LIMIT_MS, MAX_HELD_EVENTS } from "../../limits/mod.ts";
import type { CoreLookout } from "./core-lookout.ts";
import { selfCommand } from "./self-command.ts";

/** What is known when the node's number is. */
interface Ports {
  readonly settings: AdminSettings;
  readonly paths: Paths;
  readonly pnn: number;
  readonly log: Logger;
  readonly events: EventRunner;
  readonly core: CoreLookout;
}

/**
 * The admin API, seen from the daemon: takes what happens from the first moment on, loads the rest
 * when the node has been started, and has no way to hold it up.
 */
export class AdminSide {
  #held: (() => void)[] = [];
  #journal: Journal | undefined;
  #ran: ((event: string, record: EventRecord) => void) | undefined;
  #opening: Promise<{ close(): Promise<void> } | undefined> = Promise.resolve(undefined);

  /** Takes what happens, from the core and from the edge. */
  readonly journal: Journal = (happening: Happening) =>
    this.#take(() => this.#journal?.(happening));

  /** Takes what event scripts came to. */
  readonly ran = (event: string, record: EventRecord): void =>
    this.#take(() => this.#ran?.(event, record));

  /** Loads and opens the API; nobody waits for it. */
  open(parts: Ports): void {
    this.#opening = this.#open(parts).catch((error) => {
      parts.log.error(`Admin API: ${error instanceof Error ? error.stack : error}`);
      return undefined;
    });
  }

  /** Ends it, or leaves it when that takes long: a disk that hangs must not keep the node alive. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ADMIN_CLOSE_LIMIT_MS);
    const closing = this.#opening.then((admin) => admin?.close()).catch(() => {});
    await Promise.race([closing, promise]);
    clearTimeout(timer);
  }

  async #open(parts: Ports) {
    const { Admin } = await import("../../admin/mod.ts");
    const admin = new Admin({ ...parts, tool: selfCommand("ctdb") });
    this.#journal = admin.journal;
    this.#ran = (event, record) => admin.ran(event, record);
    for (const held of this.#held.splice(0)) held();
    await admin.open();
    return admin;
  }

  #take(deliver: () => void): void {
    if (this.#journal !== undefined) deliver();
    else if (this.#held.length < MAX_HELD_EVENTS) this.#held.push(deliver);
  }
}
