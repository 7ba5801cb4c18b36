import { NOBODY } from "./nobody.ts";

/** One thing that happened to an address while the allocation was worked out. */
export type PlanStep =
  /** The node that reported itself as holder. */
  | { readonly kind: "held"; readonly pnn: number }
  /** Several nodes claimed it; the highest pnn counts as holder. */
  | { readonly kind: "conflict"; readonly claimants: readonly number[]; readonly pnn: number }
  /** Deterministic: its place in the order, modulo the number of nodes. */
  | {
    readonly kind: "position";
    readonly index: number;
    readonly nodes: number;
    readonly pnn: number;
  }
  /** Deterministic: named in the `home_nodes` file. */
  | { readonly kind: "home"; readonly pnn: number }
  /** Taken from a node that may not host it now. */
  | { readonly kind: "unassigned"; readonly from: number }
  /** Given to the node with the smallest number of addresses. */
  | { readonly kind: "least-loaded"; readonly pnn: number; readonly load: number }
  /** Given to the node where it resembles the other addresses least (LCP2). */
  | { readonly kind: "cheapest"; readonly pnn: number; readonly cost: number }
  /** Moved from the most loaded node to the least loaded one. */
  | {
    readonly kind: "evened-out";
    readonly from: number;
    readonly pnn: number;
    readonly fromLoad: number;
    readonly load: number;
  }
  /** Moved to a rebalance target because it costs less there (LCP2). */
  | {
    readonly kind: "rebalanced";
    readonly from: number;
    readonly pnn: number;
    readonly fromCost: number;
    readonly cost: number;
    readonly forced: boolean;
  };

/** Why an address ended where it is. */
export interface Explanation {
  /** Nodes that could host it now, ascending. */
  readonly candidates: readonly number[];
  /** What happened to it, in order. The last step is the reason for its place. */
  readonly steps: readonly PlanStep[];
  /** Why nobody hosts it: no node is able to, or `NoIPTakeover` forbids giving it to one. */
  readonly unhosted?: "no-candidate" | "no-takeover";
}

/** The explanation as one sentence, for `ctdb ipalloc --explain` and the log. */
export function explainInWords(pnn: number, explanation: Explanation): string {
  const parts = explanation.steps.map(stepInWords);
  if (parts.length === 0) parts.push("held by nobody");
  if (pnn === NOBODY) {
    parts.push(
      explanation.unhosted === "no-takeover"
        ? "left unhosted: NoIPTakeover is set"
        : "left unhosted: no node is able to host it",
    );
  } else if (explanation.steps.at(-1)?.kind === "held") {
    parts.push("stays there");
  }
  return parts.join("; ");
}

function stepInWords(step: PlanStep): string {
  switch (step.kind) {
    case "held":
      return `held by node ${step.pnn}`;
    case "conflict":
      return `claimed by nodes ${step.claimants.join(", ")}, of which ${step.pnn} counts`;
    case "position":
      return `number ${step.index} in the order, modulo ${step.nodes} nodes: node ${step.pnn}`;
    case "home":
      return `home_nodes says node ${step.pnn}`;
    case "unassigned":
      return `node ${step.from} is not able to host it now`;
    case "least-loaded":
      return `given to node ${step.pnn}, the least loaded with ${step.load}`;
    case "cheapest":
      return `given to node ${step.pnn}, the least similar set of addresses (cost ${step.cost})`;
    case "evened-out":
      return `moved from node ${step.from} with ${step.fromLoad} addresses to node ${step.pnn} with ${step.load}`;
    case "rebalanced":
      return `moved from node ${step.from} (cost ${step.fromCost}) to ${
        step.forced ? "rebalance target" : "newly available"
      } node ${step.pnn} (cost ${step.cost})`;
  }
}
