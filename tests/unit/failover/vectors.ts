/** The shared allocation vectors, as `failover.md` 6.6 describes them. */
import vectorFile from "../../vectors/ipalloc.json" with { type: "json" };
import { type AllocationInput, NOBODY } from "../../../lib/failover/ipalloc/mod.ts";

export interface Vector {
  readonly name: string;
  readonly input: AllocationInput;
  readonly expected: readonly { readonly address: string; readonly pnn: number }[];
}

const toPnn = (pnn: number) => pnn < 0 ? NOBODY : pnn;

export const vectors: readonly Vector[] = vectorFile.vectors.map((v) => ({
  name: v.name,
  input: {
    algorithm: v.algorithm,
    noIPTakeover: v.noIPTakeover !== 0,
    noIPFailback: v.noIPFailback !== 0,
    forceRebalance: v.forceRebalance,
    homeNodes: Object.entries<number | undefined>(v.homeNodes ?? {}).flatMap(([address, pnn]) =>
      pnn === undefined ? [] : [{ address, pnn }]
    ),
    nodes: v.nodes.map((node) => ({
      known: node.known.map(({ ip, holder }) => ({ address: ip, holder: toPnn(holder) })),
      available: node.available,
    })),
  },
  expected: v.result.map(({ ip, pnn }) => ({ address: ip, pnn: toPnn(pnn) })),
}));

export const distances = vectorFile.distance;
