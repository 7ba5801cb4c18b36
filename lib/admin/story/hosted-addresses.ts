import type { Happening } from "../../base/mod.ts";
import { MAX_REMEMBERED_ADDRESSES } from "../../limits/mod.ts";

/** A takeover run tells a node to host what it hosts already; that is no news. */
export class HostedAddresses {
  readonly #hosted = new Map<string, string>();

  /** Whether something that happened to this node changed anything. */
  isNews(happening: Happening): boolean {
    if (happening.kind === "address-released") return this.#released(happening.address);
    if (happening.kind !== "address-taken") return true;
    if (this.#hosted.get(happening.address) === happening.interface) return false;
    if (this.#hosted.size < MAX_REMEMBERED_ADDRESSES) {
      this.#hosted.set(happening.address, happening.interface);
    }
    return true;
  }

  /** Something happened to another node: what that hosts, this one does not, whatever it had. */
  heard(happening: Happening): void {
    if (happening.kind === "address-taken") this.#hosted.delete(happening.address);
  }

  #released(address: string): boolean {
    this.#hosted.delete(address);
    return true;
  }
}
