import type { Plan } from "./plan.ts";
import { NOBODY } from "./nobody.ts";
import type { AllocationInput } from "./types.ts";

/** Algorithm 1 (`failover.md` 6.3): addresses stay where they can, loads are evened out by count. */
export function allocateNonDeterministic(plan: Plan, input: AllocationInput): void {
  plan.unassignUnsuitable();
  plan.basicFill();
  if (!input.noIPFailback) evenOut(plan);
}

/**
 * Moves addresses from the most to the least loaded node. A try that changes nothing counts too,
 * so the loop ends even where the first address of the most loaded node cannot go anywhere.
 */
function evenOut(plan: Plan): void {
  const limit = plan.addresses.length + 5;
  let tries = 0;
  while (tries < limit) {
    const from = findOverloaded(plan);
    if (from === NOBODY) return;
    repickFirstAddress(plan, from);
    tries++;
  }
}

/**
 * The most loaded of the nodes that can take some assigned address, when another one that can take
 * the same address has at least two less.
 */
function findOverloaded(plan: Plan): number {
  for (const planned of plan.addresses) {
    if (planned.pnn === NOBODY) continue;
    const most = plan.mostLoaded(planned);
    if (most === NOBODY) continue;
    if (plan.load(most) > plan.load(plan.leastLoaded(planned)) + 1) return most;
  }
  return NOBODY;
}

/** The address that moves is the node's first, not the one that showed the imbalance. */
function repickFirstAddress(plan: Plan, from: number): void {
  const first = plan.addresses.find((planned) => planned.pnn === from);
  if (first === undefined) return;
  // Its own node is a candidate too, with the load that includes this address.
  const pnn = plan.leastLoaded(first);
  if (pnn === NOBODY || pnn === from) return;
  const fromLoad = plan.load(from);
  plan.assign(first, pnn, { kind: "evened-out", from, pnn, fromLoad, load: plan.load(pnn) });
}
