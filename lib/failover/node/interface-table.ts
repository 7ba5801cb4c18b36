import type { Interface } from "../../wire/mod.ts";

/** An interface that some public address may be on. */
export interface TrackedInterface {
  readonly name: string;
  /** As event scripts report it; the daemon never looks itself. */
  linkUp: boolean;
  /** Number of public addresses assigned to it on this node. */
  references: number;
}

/** The interfaces of all configured addresses (`failover.md` 3.1). */
export class InterfaceTable {
  /** New ones go in front, so listings show them in reverse order of first mention. */
  #interfaces: TrackedInterface[] = [];

  /** The interface of this name, tracked from now on if it was not. Its link is up until told. */
  track(name: string): TrackedInterface {
    const known = this.find(name);
    if (known !== undefined) return known;
    const added = { name, linkUp: true, references: 0 };
    this.#interfaces.unshift(added);
    return added;
  }

  /** The tracked interface of this name. */
  find(name: string): TrackedInterface | undefined {
    return this.#interfaces.find((tracked) => tracked.name === name);
  }

  /** Forgets all interfaces that are not in use by a remaining address. */
  keepOnly(used: ReadonlySet<TrackedInterface>): void {
    this.#interfaces = this.#interfaces.filter((tracked) => used.has(tracked));
  }

  /** What GET_IFACES answers. */
  list(): Interface[] {
    return this.#interfaces.map(({ name, linkUp, references }) => ({ name, linkUp, references }));
  }
}

/**
 * Where an address would go (`failover.md` 3.2): of the interfaces that are up, the one with the
 * fewest addresses, the first listed on a tie.
 */
export function bestInterface(
  interfaces: readonly TrackedInterface[],
): TrackedInterface | undefined {
  let best: TrackedInterface | undefined;
  for (const tracked of interfaces) {
    if (!tracked.linkUp) continue;
    if (best === undefined || tracked.references < best.references) best = tracked;
  }
  return best;
}
