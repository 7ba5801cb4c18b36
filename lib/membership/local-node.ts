import type { TunableName } from "../wire/mod.ts";
import type { NodeMap } from "./node-map.ts";

/**
 * The state of the own daemon that the leader's work reads. The C recovery daemon asks for all of
 * this over the client socket; ours lives in the same process and looks.
 */
export interface LocalNode {
  readonly nodes: NodeMap;
  /** A tunable's value now. */
  tunable(name: TunableName): number;
  readonly runstate: number;
  readonly recoveryMode: number;
  readonly generation: number;
  readonly vnnmap: readonly number[];
  readonly capabilities: number;
  /** Every database is frozen and none waits to be. */
  readonly allFrozen: boolean;
}
