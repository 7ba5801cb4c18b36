import { NOBODY } from "./nobody.ts";
import { allocateDeterministic } from "./deterministic.ts";
import type { Explanation } from "./explain.ts";
import { allocateLcp2 } from "./lcp2.ts";
import { allocateNonDeterministic } from "./non-deterministic.ts";
import { Plan, type PlannedAddress } from "./plan.ts";
import {
  type Allocation,
  type AllocationInput,
  type Assignment,
  IpAllocAlgorithm,
} from "./types.ts";

/**
 * Decides which node hosts which public address (`failover.md` 6). A pure function: equal input
 * gives an equal result on every node and in every version.
 */
export function allocate(input: AllocationInput): Allocation {
  const plan = new Plan(input);
  switch (input.algorithm) {
    case IpAllocAlgorithm.DETERMINISTIC: {
      const warnings = allocateDeterministic(plan, input);
      return finish("deterministic", plan, input, warnings);
    }
    case IpAllocAlgorithm.NON_DETERMINISTIC:
      allocateNonDeterministic(plan, input);
      return finish("non-deterministic", plan, input);
    default:
      allocateLcp2(plan, input);
      return finish("lcp2", plan, input);
  }
}

/**
 * The short cut of a takeover run (`failover.md` 5): nobody holds an address and nobody could, so
 * there is nothing to work out. A claim to an address is a reason to go on, that it be released.
 */
export function nothingToAllocate(nodes: AllocationInput["nodes"]): boolean {
  if (nodes.every((node) => node.known.length === 0)) return true;
  const claimed = nodes.some((node, pnn) => node.known.some(({ holder }) => holder === pnn));
  return !claimed && nodes.every((node) => node.available.length === 0);
}

function finish(
  algorithm: Allocation["algorithm"],
  plan: Plan,
  input: AllocationInput,
  warnings: readonly string[] = [],
): Allocation {
  const assignments = plan.addresses.map((planned): Assignment => ({
    address: planned.address,
    pnn: planned.pnn,
    previous: planned.previous,
    knownBy: planned.knownBy,
    explanation: explain(planned, input.noIPTakeover),
  }));
  return { algorithm, assignments, warnings };
}

function explain(planned: PlannedAddress, noIPTakeover: boolean): Explanation {
  const candidates = planned.canHost.flatMap((can, pnn) => can ? [pnn] : []);
  const base = { candidates, steps: planned.steps };
  if (planned.pnn !== NOBODY) return base;
  const forbidden = noIPTakeover && candidates.length > 0;
  return { ...base, unhosted: forbidden ? "no-takeover" : "no-candidate" };
}
