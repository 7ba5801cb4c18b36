import {
  type DaemonKind,
  debian,
  debianAvailable,
  ours,
} from "../../../testing/cluster/cluster.ts";

/** A cluster of three by the daemons of its nodes. */
export interface Makeup {
  readonly name: string;
  readonly nodes: readonly DaemonKind[];
  /** Debian's package is not installed. */
  readonly ignore: boolean;
}

/** The clusters that all cases run on: ours, the C daemon's, and both ways to mix them. */
export const makeups: readonly Makeup[] = [
  { name: "three of ours", nodes: [ours, ours, ours], ignore: false },
  { name: "three of Debian's", nodes: [debian, debian, debian], ignore: !debianAvailable },
  { name: "one of Debian's, two of ours", nodes: [debian, ours, ours], ignore: !debianAvailable },
  { name: "one of ours, two of Debian's", nodes: [ours, debian, debian], ignore: !debianAvailable },
];

/** How hard to try: 1 in the test run, more for a soak (`CTDB_SOAK=10`). */
export const effort = Math.max(1, Number(Deno.env.get("CTDB_SOAK") ?? "1"));

/**
 * For cases that take long: without the cluster of C daemons only, which shows in a soak that the
 * case asks nothing of ours that the C daemon does not do.
 */
export const longMakeups: readonly Makeup[] = makeups.filter(({ nodes }) =>
  effort > 1 || nodes.includes(ours)
);
