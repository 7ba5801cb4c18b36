import { type ClusterClient, isNoAnswer } from "../../client/mod.ts";
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
import type { Silence, SilentNode } from "./silence.ts";

/** What the next takeover run would be decided from, as far as the nodes answer. */
export interface AllocationFacts {
  readonly input: AllocationInput;
  /** Nodes that were asked and did not answer: what they host is what others have heard. */
  readonly unanswered: ReadonlySet<number>;
}

/** Asks all nodes; those that are silent are left out. */
export async function allocationFacts(
  client: ClusterClient,
  leader: number | undefined,
  silence: Pick<Silence, "has">,
): Promise<AllocationFacts> {
  const unanswered = new Set<number>();
  const missing = (pnn: number) => void unanswered.add(pnn);
  const ask = (from: number) =>
    gatherAllocationInput(client, from, { timeout_ms: PATIENCE_MS, missing });
  const { pnn: own } = client;
  if (leader === undefined || leader === own || silence.has(leader)) {
    return { input: await ask(own), unanswered };
  }
  try {
    return { input: await ask(leader), unanswered };
  } catch (error) {
    // A leader that does not answer decides nothing now: its settings are most often this node's.
    if (!isNoAnswer(error)) throw error;
    return { input: await ask(own), unanswered };
  }
}

/** Who hosts each address, `NOBODY` for those that nobody does. */
export function hostsOf({ input, unanswered }: AllocationFacts): ReadonlyMap<string, number> {
  const hosts = new Map<string, number>();
  const heard = new Map<string, number>();
  input.nodes.forEach(({ known }, pnn) => {
    for (const { address, holder } of known) {
      // Only a node's own claim counts, unless it cannot make one.
      if (holder === pnn) hosts.set(address, pnn);
      else if (!hosts.has(address)) hosts.set(address, NOBODY);
      if (unanswered.has(holder)) heard.set(address, holder);
    }
  });
  for (const [address, holder] of heard) {
    if (hosts.get(address) === NOBODY) hosts.set(address, holder);
  }
  return hosts;
}

/** `GET /v1/addresses`: who hosts what, why, and what the next takeover run would do. */
export function addressesDocument(
  facts: AllocationFacts,
  silent: readonly SilentNode[],
): Record<string, unknown> {
  const plan = forecast(facts.input, {});
  const hosts = hostsOf(facts);
  const homeless = homelessAfterAnyLoss(facts.input);
  return {
    algorithm: plan.algorithm,
    addresses: plan.assignments.map((one) => addressDocument(one, facts, hosts))
      .sort((a, b) => collator.compare(a.address, b.address)),
    one_node_may_fail: homeless.length === 0,
    homeless_after: homeless,
    silent,
  };
}

const collator = new Intl.Collator("en", { numeric: true });

function addressDocument(
  one: Assignment,
  { input, unanswered }: AllocationFacts,
  hosts: ReadonlyMap<string, number>,
) {
  const host = hosts.get(one.address) ?? NOBODY;
  const holder = host === NOBODY ? null : host;
  const next = one.pnn === NOBODY ? null : one.pnn;
  const available = input.nodes.flatMap((node, pnn) =>
    node.available.includes(one.address) ? [pnn] : []
  );
  const why = explainInWords(one.pnn, one.explanation);
  return {
    address: one.address,
    node: holder,
    known_by: one.knownBy,
    available_on: available,
    why: unanswered.has(host)
      ? `node ${host} has it as the others last heard, and does not answer; without it: ${why}`
      : why,
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
