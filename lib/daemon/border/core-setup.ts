import type { LogLevelNumber } from "../../base/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import type { DatabaseDirectories } from "../../records/mod.ts";
import type { TunableName, TunableValues } from "../../wire/mod.ts";
import type { NodeConfig } from "../node-ports.ts";

/** All that the core is made with: plain values, as they cross the border. */
export interface CoreSetup {
  readonly logLevel: LogLevelNumber;
  /** The client socket's path, and whether its owner is set (not in test mode). */
  readonly clientSocket: { readonly path: string; readonly changeOwner: boolean };
  /** Whether the core's thread gets realtime priority, where that is permitted. */
  readonly realtime: boolean;
  /** What the node's own address is found with. */
  readonly binding: {
    readonly configured: string | undefined;
    readonly nodes: readonly NodesFileEntry[];
    readonly port: number;
  };
  readonly node: Omit<NodeConfig, "address" | "tunables">;
  readonly tunables: TunableValues;
  readonly storage: {
    readonly directories: DatabaseDirectories;
    readonly mutexes: boolean;
    readonly lockHelperCommand: readonly string[];
    readonly helperCommand: readonly string[];
    /** A lock debug script is configured. */
    readonly debugLocks: boolean;
  };
}

/** A table of tunables that starts with these values. */
export function tunableTable(start: TunableValues): NodeConfig["tunables"] {
  const values: { -readonly [Name in TunableName]: number } = { ...start };
  return {
    get: (name) => values[name],
    set: (name, value) => void (values[name] = value),
    all: () => values,
  };
}
