import { JsonLines } from "./json-lines.ts";
import type { Lab } from "./lab.ts";

/** What the prober's program (`probe-addresses.ts`) prints. */
export type ProbeEvent =
  /** Two hosts answered one question. */
  | { readonly event: "conflict"; readonly address: string; readonly macs: readonly string[] }
  /** The client's ARP cache was wrong for so long, or is. */
  | { readonly event: "stale"; readonly address: string; readonly for_ms: number }
  /** Another host than before answers. */
  | { readonly event: "moved"; readonly address: string; readonly mac: string }
  /** How often it has asked, said from time to time. */
  | { readonly event: "probes"; readonly count: number };

/**
 * Asks the whole public network again and again who has which address, and looks into the ARP cache
 * of a client. It asks from a host of its own: answers that the client's kernel heard would mend the
 * cache that is to be judged.
 */
export class ArpProber implements AsyncDisposable {
  readonly #program: JsonLines<ProbeEvent>;

  /** @param clientPid a process in the client's namespace */
  constructor(lab: Lab, clientPid: number) {
    const addresses = lab.addresses.filter((address) => !address.includes(":"));
    this.#program = new JsonLines("ip", [
      ...["netns", "exec", lab.observerNamespace, Deno.execPath(), "run", "--quiet", "--no-check"],
      ...["-A", new URL("probe-addresses.ts", import.meta.url).pathname],
      ...["eth1", String(clientPid), ...addresses],
    ]);
  }

  /** Everything that it saw. */
  get events(): readonly ProbeEvent[] {
    return this.#program.events;
  }

  conflicts(): ProbeEvent[] {
    return this.events.filter(({ event }) => event === "conflict");
  }

  moves(): number {
    return this.events.filter(({ event }) => event === "moved").length;
  }

  /** How often all addresses have been asked for. */
  get probes(): number {
    const last = this.events.findLast(({ event }) => event === "probes");
    return last?.event === "probes" ? last.count : 0;
  }

  /** The longest time that the client's cache named another host than the one that answers. */
  get stalest_ms(): number {
    return Math.max(0, ...this.events.map((e) => e.event === "stale" ? e.for_ms : 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
