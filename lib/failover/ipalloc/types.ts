import type { HomeNode } from "../../config/mod.ts";
import type { Explanation } from "./explain.ts";

/** `IPAllocAlgorithm`; any other number means {@link IpAllocAlgorithm.LCP2} (failover.md 6). */
export const IpAllocAlgorithm = { DETERMINISTIC: 0, NON_DETERMINISTIC: 1, LCP2: 2 } as const;

/** One address as a node reports it: the holder is that node's opinion, or `NOBODY`. */
export interface KnownAddress {
  readonly address: string;
  readonly holder: number;
}

/**
 * What one node answered. `known` is empty for a node that could not be asked, `available` for one
 * that may not host now. Addresses are canonical text, as `inet_ntop` writes it.
 */
export interface NodeReport {
  readonly known: readonly KnownAddress[];
  readonly available: readonly string[];
}

/** Everything an allocation depends on; nothing else has influence on it. */
export interface AllocationInput {
  /** One entry per entry of the node map, deleted and disconnected ones included; index = pnn. */
  readonly nodes: readonly NodeReport[];
  /** The leader's `IPAllocAlgorithm`. */
  readonly algorithm: number;
  /** `NoIPTakeover`: nothing is newly given to a node. */
  readonly noIPTakeover: boolean;
  /** `NoIPFailback`: no rebalancing. */
  readonly noIPFailback: boolean;
  /** Nodes that LCP2 treats as rebalance targets although they hold addresses. */
  readonly forceRebalance: readonly number[];
  /** Only used by the deterministic algorithm. */
  readonly homeNodes: readonly HomeNode[];
}

/** The decision for one address. */
export interface Assignment {
  readonly address: string;
  /** The node that shall host it, or `NOBODY`. */
  readonly pnn: number;
  /** The node that hosted it before, by its own report, or `NOBODY`. */
  readonly previous: number;
  /** Nodes that have the address in their known list, ascending. */
  readonly knownBy: readonly number[];
  /** Why it is where it is. */
  readonly explanation: Explanation;
}

/** The decision for all addresses, in processing order (address number, descending). */
export interface Allocation {
  readonly algorithm: "deterministic" | "non-deterministic" | "lcp2";
  readonly assignments: readonly Assignment[];
  /** Things an administrator should see in the log, such as a home node that does not exist. */
  readonly warnings: readonly string[];
}
