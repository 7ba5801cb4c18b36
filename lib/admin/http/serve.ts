import { messageOf } from "../../base/mod.ts";
import type { AdminSettings, ListenAddress } from "../../config/mod.ts";
import type { AdminDoors } from "../admin-doors.ts";
import { openTokenStore } from "../history/open-store.ts";
import { PageFiles } from "../page-files.ts";
import { adminApp, type AppPorts, securityHeaders } from "./app.ts";
import { type Answering, type OpenDoor, openTcpDoor, openUnixDoor } from "./doors.ts";
import { Guard } from "./guard.ts";
import { Limiter } from "./limiter.ts";
import { PlainReads } from "./plain-reads.ts";
import { Tokens } from "./tokens.ts";

/** Requests of one asker: ten scrapes a second, a page that is loaded, and some to spare. */
const RATE = { burst: 200, per_s: 100 };

/** What the HTTP side is given; the rest it makes itself. */
export interface ServePorts extends Omit<AppPorts, "tokens" | "guard" | "page"> {
  readonly settings: Pick<AdminSettings, "listen" | "tls">;
  readonly tokenFile: string;
  readonly doors: AdminDoors;
  /** A door could not be opened. */
  readonly trouble: (failure: string) => void;
}

/**
 * The HTTP side of the admin API. Loaded with all that it stands on, a third of an idle daemon's
 * heap, when there is somebody to serve.
 */
export class HttpSide {
  readonly #ports: ServePorts;
  readonly #answering: Answering;
  readonly #closers: (() => unknown)[] = [];

  private constructor(ports: ServePorts, answering: Answering) {
    this.#ports = ports;
    this.#answering = answering;
  }

  static async load(ports: ServePorts): Promise<HttpSide> {
    const { store, failure } = await openTokenStore(ports.tokenFile);
    if (failure !== undefined) ports.log.error(`Admin API: tokens: ${failure}`);
    const tokens = await Tokens.load(store);
    const guard = new Guard(tokens, new Limiter(RATE));
    const app = adminApp({ ...ports, tokens, guard, page: new PageFiles() });
    const plain = new PlainReads({ ...ports, tokens, guard, headers: await securityHeaders() });
    const side = new HttpSide(ports, {
      fetch: (request, bindings) => app.fetch(request, bindings),
      plain,
      log: ports.log,
    });
    side.#closers.push(() => store.close());
    return side;
  }

  /** Listens on a Unix socket of its owner's. */
  async openUnix(path: string): Promise<OpenDoor> {
    return this.#opened(await openUnixDoor(path, this.#answering));
  }

  /**
   * Listens on every address of the configuration; one that cannot be had is said in the log, as an
   * event and in the findings.
   */
  async openAddresses(): Promise<void> {
    const { settings, log, doors, trouble } = this.#ports;
    const tls = settings.tls !== undefined;
    for (const address of settings.listen) {
      try {
        const door = this.#opened(await openTcpDoor(address, settings.tls, this.#answering));
        log.notice(`Admin API listens: ${door.name}`);
        doors.add({ at: door.name, tls, failure: null });
      } catch (error) {
        const failure = messageOf(error);
        log.error(`Admin API: ${failure}`);
        trouble(failure);
        doors.add({ at: textOf(address), tls, failure });
      }
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  #opened(door: OpenDoor): OpenDoor {
    this.#closers.push(() => door.close());
    return door;
  }
}

function textOf({ hostname, port }: ListenAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
