import { dirname } from "node:path";
import { type Logger, messageOf } from "../../base/mod.ts";

/**
 * Links to the daemon's socket where programs of another release look for it: a path compiled into smbd
 * (next.md 12). What is there already, and is no link, is somebody else's and stays.
 */
export class SocketSignposts {
  readonly #socket: string;
  readonly #places: readonly string[];
  readonly #log: Logger;

  constructor(socket: string, places: readonly string[], log: Logger) {
    this.#socket = socket;
    this.#places = places;
    this.#log = log;
  }

  /** Puts the links there. One that cannot be made is a line in the log: nobody may need it. */
  put(): void {
    for (const place of this.#places) {
      try {
        Deno.mkdirSync(dirname(place), { recursive: true });
        if (!this.#isFree(place)) {
          this.#log.warning(`Link to the socket of this daemon: ${place}: something else is there`);
          continue;
        }
        Deno.symlinkSync(this.#socket, place);
      } catch (error) {
        this.#log.info(`Link to the socket of this daemon: ${place}: ${messageOf(error)}`);
      }
    }
  }

  /** Takes them away again. */
  remove(): void {
    for (const place of this.#places) {
      if (linkAt(place) === this.#socket) Deno.removeSync(place);
    }
  }

  /** Takes away the link that an earlier daemon has left. */
  #isFree(place: string): boolean {
    const target = linkAt(place);
    if (target === "nothing") return true;
    if (target !== this.#socket) return false;
    Deno.removeSync(place);
    return true;
  }
}

/** Where a link leads to; "nothing" without a file, `undefined` where one is that is no link. */
function linkAt(path: string): string | undefined {
  try {
    return Deno.lstatSync(path).isSymlink ? Deno.readLinkSync(path) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "nothing";
    throw error;
  }
}
