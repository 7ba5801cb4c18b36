import { lmasterOf, Operation } from "../../../../lib/wire/mod.ts";
import { bytes, type FakeCluster } from "./fake-node.ts";

/** A key whose lmaster is `pnn` among `count` nodes; another one for each `nth`. */
export function keyOf(pnn: number, count: number, nth = 0): string {
  const map = Array.from({ length: count }, (_, i) => i);
  let left = nth;
  for (let i = 0;; i++) {
    if (lmasterOf(map, bytes(`key${i}`)) === pnn && left-- === 0) return `key${i}`;
  }
}

/** All packets so far, as `from>to OPERATION`. */
export function route(cluster: FakeCluster): string[] {
  const names = new Map(Object.entries(Operation).map(([name, value]) => [value as number, name]));
  return cluster.seen.map(({ from, to, packet }) => `${from}>${to} ${names.get(packet.operation)}`);
}
