import type { LocalNode, NodeMap, NodesFileEntry } from "../membership/mod.ts";
import {
  BROADCAST_ACTIVE,
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  CURRENT_NODE,
  INVALID_GENERATION,
  RecoveryMode,
  RunState,
  type TunableName,
} from "../wire/mod.ts";

/** Parts of {@link NodeState} that live elsewhere. */
export interface NodeStateSources {
  readonly nodes: NodeMap;
  readonly tunable: (name: TunableName) => number;
  readonly readNodesFile: () => Promise<readonly NodesFileEntry[]>;
  readonly capabilities: number;
  readonly startTime_us: bigint;
}

/** The few facts about this node that everything else looks at. Changed only by their owners. */
export class NodeState implements LocalNode {
  readonly nodes: NodeMap;
  readonly startTime_us: bigint;
  generation = INVALID_GENERATION;
  vnnmap: readonly number[] = [];
  /** ACTIVE from the start, so that the first leader recovers (`cluster.md` 1.6). */
  recoveryMode: number = RecoveryMode.ACTIVE;
  runstate: number = RunState.UNKNOWN;
  capabilities: number;
  lastRecoveryStarted_us = 0n;
  lastRecoveryFinished_us = 0n;
  /** Set by the records layer's owner. */
  isAllFrozen: () => boolean = () => false;
  readonly #sources: NodeStateSources;

  constructor(sources: NodeStateSources) {
    this.#sources = sources;
    this.nodes = sources.nodes;
    this.capabilities = sources.capabilities;
    this.startTime_us = sources.startTime_us;
  }

  get pnn(): number {
    return this.nodes.pnn;
  }

  get allFrozen(): boolean {
    return this.isAllFrozen();
  }

  tunable(name: TunableName): number {
    return this.#sources.tunable(name);
  }

  readNodesFile(): Promise<readonly NodesFileEntry[]> {
    return this.#sources.readNodesFile();
  }

  /** CURRENT_NODE to the own pnn; other destinations stay. */
  resolve(destination: number): number {
    return destination === CURRENT_NODE ? this.pnn : destination;
  }

  /** The nodes that a destination stands for; a pnn stands for itself, known or not. */
  expand(destination: number): readonly number[] {
    switch (destination) {
      case BROADCAST_ALL:
        return this.nodes.notDeleted();
      case BROADCAST_ACTIVE:
        return this.nodes.active();
      case BROADCAST_CONNECTED:
        return this.nodes.connected();
      default:
        return [this.resolve(destination)];
    }
  }
}
