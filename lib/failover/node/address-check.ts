import { UNKNOWN_PNN } from "../../wire/mod.ts";
import type { AddressTable } from "./address-table.ts";
import type { FailoverHost } from "./host.ts";

/**
 * What the recovery daemon of each active node looks at in each pass (`failover.md` 13). Nothing is
 * mended here: whatever is wrong is a reason to ask the leader for a takeover run.
 */
export class AddressCheck {
  readonly #host: Pick<FailoverHost, "pnn" | "log" | "nodeFlags" | "localAddresses">;
  readonly #table: AddressTable;
  #interfacesBefore: string | undefined;

  constructor(
    host: Pick<FailoverHost, "pnn" | "log" | "nodeFlags" | "localAddresses">,
    table: AddressTable,
  ) {
    this.#host = host;
    this.#table = table;
  }

  /** What is wrong now, as texts for the log; empty when all is well. */
  problems(looksAtKernel: boolean): string[] {
    return [
      ...this.#changedInterfaces(),
      ...this.#unhosted(),
      ...(looksAtKernel ? this.#misplaced() : []),
    ];
  }

  #changedInterfaces(): string[] {
    const now = this.#table.interfaces.list().map(({ name, linkUp }) => `${name} ${linkUp}`)
      .join("\n");
    const before = this.#interfacesBefore;
    this.#interfacesBefore = now;
    if (before === now) return [];
    return [before === undefined ? "first look at the interfaces" : "interfaces have changed"];
  }

  #unhosted(): string[] {
    const { pnn } = this.#host;
    if (this.#host.nodeFlags(pnn) !== 0) return [];
    return this.#table.list()
      .filter((entry) => entry.holder === UNKNOWN_PNN && this.#table.isAvailable(entry))
      .map(({ address }) => `${address} is hosted by nobody and could be here`);
  }

  #misplaced(): string[] {
    const local = this.#host.localAddresses();
    return this.#table.list().flatMap((entry) => {
      // While a script is at work the two may well differ.
      if (entry.updating) return [];
      const present = local.has(entry.address);
      const claimed = this.#table.isHeldHere(entry);
      if (present === claimed) return [];
      const gone = claimed ? this.#table.dropGoneInterfaces(entry) : [];
      if (gone.length > 0) {
        return [`${entry.address} should be here, and its interface is gone: ${gone.join(" ")}`];
      }
      return [
        claimed
          ? `${entry.address} should be here and is on no interface`
          : `${entry.address} is on an interface and should not be here`,
      ];
    });
  }
}
