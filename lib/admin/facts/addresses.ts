import type { ClusterClient } from "../../client/mod.ts";
import {
  type AllocationInput,
  type Assignment,
  explainInWords,
  type Forecast,
  forecast,
  gatherAllocationInput,
  NOBODY,
} from "../../failover/mod.ts";
import { PATIENCE_MS } from "./ask.ts";

/** What the next takeover run would be decided from. */
export function allocationInput(
  client: ClusterClient,
  leader: number | undefined,
): Promise<AllocationInput> {
  return gatherAllocationInput(client, leader ?? client.pnn, { timeout_ms: PATIENCE_MS });
}

/** `GET /v1/addresses`: who hosts what, why, and what the next takeover run would do. */
export function addressesDocument(input: AllocationInput): Record<string, unknown> {
  const plan = forecast(input, {});
  return {
    algorithm: plan.algorithm,
    addresses: plan.assignments.map((one) => addressDocument(one, input))
      .sort((a, b) => collator.compare(a.address, b.address)),
    one_node_may_fail: homelessAfterAnyLoss(input).length === 0,
    homeless_after: homelessAfterAnyLoss(input),
  };
}

const collator = new Intl.Collator("en", { numeric: true });

function addressDocument(one: Assignment, input: AllocationInput) {
  const holder = one.previous === NOBODY ? null : one.previous;
  const next = one.pnn === NOBODY ? null : one.pnn;
  const available = input.nodes.flatMap((node, pnn) =>
    node.available.includes(one.address) ? [pnn] : []
  );
  return {
    address: one.address,
    node: holder,
    known_by: one.knownBy,
    available_on: available,
    why: explainInWords(one.pnn, one.explanation),
    next_node: next,
    moves_next: next !== holder,
  };
}

/** For each node whose loss would leave addresses without a home: which. */
function homelessAfterAnyLoss(input: AllocationInput) {
  const homeless = new Set(unhosted(forecast(input, {})));
  return input.nodes.flatMap((node, pnn) => {
    if (node.available.length === 0) return [];
    const more = homelessWithout(input, pnn).filter((address) => !homeless.has(address));
    return more.length === 0 ? [] : [{ node: pnn, addresses: more }];
  });
}

/** The addresses that nobody would host without a node. */
export function homelessWithout(input: AllocationInput, pnn: number): readonly string[] {
  return unhosted(forecast(input, { down: [pnn] }));
}

function unhosted({ assignments }: Forecast): string[] {
  return assignments.filter(({ pnn }) => pnn === NOBODY).map(({ address }) => address);
}
