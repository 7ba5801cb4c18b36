import { JsonLines } from "../../../testing/process/json-lines.ts";
import type { Lab } from "../../../testing/lab/lab.ts";
import { waitFor } from "../../../testing/process/wait.ts";

/** What the prober's program (`probe-addresses.ts`) prints. */
export type ProbeEvent =
  /** Two hosts answered one question. */
  | { readonly event: "conflict"; readonly address: string; readonly macs: readonly string[] }
  /** The client's ARP cache names another host than the one that answers; it does no longer. */
  | { readonly event: "wrong" | "right"; readonly address: string; readonly at_ms: number }
  /** A host told everybody that it has the address. */
  | { readonly event: "announced"; readonly address: string; readonly mac: string }
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

  /**
   * Waits until every move so far was announced by the host that has the address since, and the
   * client's cache names no other: its kernel must not have to find out by itself.
   */
  async untilKnown(): Promise<void> {
    await waitFor("every move is announced, and the client's cache is right", () => {
      const wrong = [...this.#unannounced(), ...this.#wrongCaches()];
      if (wrong.length > 0) throw new Error(wrong.join(", "));
      return true;
    });
  }

  /** The longest time that the client's cache named another host than the one that answered. */
  get stalest_ms(): number {
    const since = new Map<string, number>();
    let stalest_ms = 0;
    for (const event of this.events) {
      if (event.event === "wrong") since.set(event.address, event.at_ms);
      if (event.event !== "right") continue;
      stalest_ms = Math.max(stalest_ms, event.at_ms - (since.get(event.address) ?? event.at_ms));
    }
    return stalest_ms;
  }

  #unannounced(): string[] {
    const announced = new Set<string>();
    const known = new Set<string>();
    const missing = new Set<string>();
    for (const event of this.events) {
      if (event.event === "announced") announced.add(`${event.address} ${event.mac}`);
      if (event.event !== "moved") continue;
      // Who had it first announced it before we listened.
      if (known.has(event.address)) missing.add(`${event.address} ${event.mac}`);
      known.add(event.address);
    }
    return [...missing.difference(announced)].map((move) => `not announced: ${move}`);
  }

  #wrongCaches(): string[] {
    const wrong = new Set<string>();
    for (const event of this.events) {
      if (event.event === "wrong") wrong.add(event.address);
      if (event.event === "right") wrong.delete(event.address);
    }
    return [...wrong].map((address) => `wrong in the cache: ${address}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
