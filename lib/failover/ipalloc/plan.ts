import { type AddressWords, addressWords, compareWords } from "./address-words.ts";
import type { PlanStep } from "./explain.ts";
import { NOBODY } from "./nobody.ts";
import type { AllocationInput } from "./types.ts";

/** An address on its way through an algorithm. */
export interface PlannedAddress {
  readonly address: string;
  readonly words: AddressWords;
  readonly previous: number;
  readonly knownBy: readonly number[];
  /** `canHost[pnn]`: the node reported it as available. */
  readonly canHost: readonly boolean[];
  readonly steps: PlanStep[];
  /** Current node, or {@link NOBODY}. Changed only through {@link Plan.assign}. */
  pnn: number;
}

/**
 * The working list of all algorithms: merged, sorted, with the primitive operations of
 * `failover.md` 6.1. Lists are walked in address order and nodes by ascending pnn everywhere:
 * all tie rules rest on that.
 */
export class Plan {
  readonly addresses: readonly PlannedAddress[];
  readonly nodeCount: number;
  readonly #load: number[];
  readonly #noIPTakeover: boolean;

  constructor(input: AllocationInput) {
    this.nodeCount = input.nodes.length;
    this.#noIPTakeover = input.noIPTakeover;
    this.addresses = mergeReports(input);
    this.#load = new Array<number>(this.nodeCount).fill(0);
    for (const { pnn } of this.addresses) if (pnn !== NOBODY) this.#load[pnn]!++;
  }

  /** Number of addresses now assigned to a node. */
  load(pnn: number): number {
    return this.#load[pnn] ?? 0;
  }

  /** The node could host the address and may be given it. */
  canTake(pnn: number, planned: PlannedAddress): boolean {
    return !this.#noIPTakeover && planned.canHost[pnn] === true;
  }

  /** Puts an address on a node, or on {@link NOBODY}, and remembers why. */
  assign(planned: PlannedAddress, pnn: number, ...why: PlanStep[]): void {
    if (planned.pnn !== NOBODY) this.#load[planned.pnn]!--;
    if (pnn !== NOBODY) this.#load[pnn]!++;
    planned.pnn = pnn;
    planned.steps.push(...why);
  }

  /** Takes every address from a holder that cannot host it (`NoIPTakeover` does not matter). */
  unassignUnsuitable(): void {
    for (const planned of this.addresses) {
      const from = planned.pnn;
      if (from !== NOBODY && planned.canHost[from] !== true) {
        this.assign(planned, NOBODY, { kind: "unassigned", from });
      }
    }
  }

  /** The node with the smallest load of those that can take the address; lowest pnn on a tie. */
  leastLoaded(planned: PlannedAddress): number {
    let best = NOBODY;
    for (let pnn = 0; pnn < this.nodeCount; pnn++) {
      if (!this.canTake(pnn, planned)) continue;
      if (best === NOBODY || this.load(pnn) < this.load(best)) best = pnn;
    }
    return best;
  }

  /** The node with the greatest load of those that can take the address; lowest pnn on a tie. */
  mostLoaded(planned: PlannedAddress): number {
    let best = NOBODY;
    for (let pnn = 0; pnn < this.nodeCount; pnn++) {
      if (!this.canTake(pnn, planned)) continue;
      if (best === NOBODY || this.load(pnn) > this.load(best)) best = pnn;
    }
    return best;
  }

  /** Gives each unassigned address to the least loaded node that can take it. */
  basicFill(): void {
    for (const planned of this.addresses) {
      if (planned.pnn !== NOBODY) continue;
      const pnn = this.leastLoaded(planned);
      if (pnn === NOBODY) continue;
      this.assign(planned, pnn, { kind: "least-loaded", pnn, load: this.load(pnn) });
    }
  }
}

interface Merging {
  readonly claimants: number[];
  readonly knownBy: number[];
}

function mergeReports(input: AllocationInput): PlannedAddress[] {
  const merged = new Map<string, Merging>();
  input.nodes.forEach(({ known }, pnn) => {
    for (const { address, holder } of known) {
      let entry = merged.get(address);
      if (entry === undefined) merged.set(address, entry = { claimants: [], knownBy: [] });
      if (entry.knownBy.at(-1) !== pnn) entry.knownBy.push(pnn);
      // What a node says about other nodes is hearsay: only its own claim counts.
      if (holder === pnn && entry.claimants.at(-1) !== pnn) entry.claimants.push(pnn);
    }
  });
  const available = input.nodes.map((node) => new Set(node.available));
  return [...merged]
    .map(([address, { claimants, knownBy }]) => {
      const holder = claimants.at(-1) ?? NOBODY;
      return {
        address,
        words: addressWords(address),
        previous: holder,
        knownBy,
        canHost: available.map((set) => set.has(address)),
        steps: firstStep(claimants, holder),
        pnn: holder,
      };
    })
    .sort((a, b) => compareWords(b.words, a.words));
}

function firstStep(claimants: readonly number[], holder: number): PlanStep[] {
  if (claimants.length === 0) return [];
  if (claimants.length === 1) return [{ kind: "held", pnn: holder }];
  return [{ kind: "conflict", claimants, pnn: holder }];
}
