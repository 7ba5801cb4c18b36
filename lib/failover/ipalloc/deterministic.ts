import type { Plan } from "./plan.ts";
import type { AllocationInput } from "./types.ts";

/**
 * Algorithm 0 (`failover.md` 6.2): an address belongs to its position modulo the number of nodes,
 * or to its home node, whoever holds it now; only what cannot live there is spread over the rest.
 * Returns warnings for the log.
 */
export function allocateDeterministic(plan: Plan, input: AllocationInput): string[] {
  const warnings: string[] = [];
  if (input.noIPFailback) {
    warnings.push("NoIPFailback is ignored by the deterministic algorithm: set to 1");
  }
  const homes = homesByAddress(input);
  const nodes = plan.nodeCount;
  plan.addresses.forEach((planned, index) => {
    const home = homes.get(planned.address);
    if (home !== undefined && home < nodes) {
      plan.assign(planned, home, { kind: "home", pnn: home });
      return;
    }
    if (home !== undefined) {
      warnings.push(`home_nodes names a node that does not exist: ${planned.address} ${home}`);
    }
    const pnn = index % nodes;
    plan.assign(planned, pnn, { kind: "position", index, nodes, pnn });
  });
  plan.unassignUnsuitable();
  plan.basicFill();
  return warnings;
}

/** The first line that names an address counts, even if its pnn is of no use. */
function homesByAddress({ homeNodes }: AllocationInput): Map<string, number> {
  const homes = new Map<string, number>();
  for (const { address, pnn } of homeNodes) if (!homes.has(address)) homes.set(address, pnn);
  return homes;
}
