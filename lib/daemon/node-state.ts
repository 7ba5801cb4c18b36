import { assertInvariant } from "../base/mod.ts";
import type { LocalNode, NodeMap } from "../membership/mod.ts";
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
interface Ports {
  readonly nodes: NodeMap;
  readonly tunable: (name: TunableName) => number;
  readonly capabilities: number;
  readonly startTime_us: bigint;
}

/** The few facts about this node that everything else looks at, and how they may change. */
export class NodeState implements LocalNode {
  readonly nodes: NodeMap;
  readonly startTime_us: bigint;
  #generation = INVALID_GENERATION;
  #vnnmap: readonly number[] = [];
  /** ACTIVE from the start, so that the first leader recovers (`cluster.md` 1.6). */
  #recoveryMode: number = RecoveryMode.ACTIVE;
  #runstate: number = RunState.UNKNOWN;
  #capabilities: number;
  #lastRecoveryStarted_us = 0n;
  #lastRecoveryFinished_us = 0n;
  #isAllFrozen: () => boolean = () => false;
  readonly #sources: Ports;

  constructor(sources: Ports) {
    this.#sources = sources;
    this.nodes = sources.nodes;
    this.#capabilities = sources.capabilities;
    this.startTime_us = sources.startTime_us;
  }

  get pnn(): number {
    return this.nodes.pnn;
  }

  get generation(): number {
    return this.#generation;
  }

  get vnnmap(): readonly number[] {
    return this.#vnnmap;
  }

  get recoveryMode(): number {
    return this.#recoveryMode;
  }

  get runstate(): number {
    return this.#runstate;
  }

  get capabilities(): number {
    return this.#capabilities;
  }

  get lastRecoveryStarted_us(): bigint {
    return this.#lastRecoveryStarted_us;
  }

  get lastRecoveryFinished_us(): bigint {
    return this.#lastRecoveryFinished_us;
  }

  get allFrozen(): boolean {
    return this.#isAllFrozen();
  }

  tunable(name: TunableName): number {
    return this.#sources.tunable(name);
  }

  // What changes it

  /** The records layer is there, and says whether every database is frozen. */
  askWhetherFrozen(isAllFrozen: () => boolean): void {
    this.#isAllFrozen = isAllFrozen;
  }

  /** The next run state. They never go back (`cluster.md` 1.3). */
  advance(runstate: number): void {
    assertInvariant(
      runstate > this.#runstate,
      `run state: from ${this.#runstate} to ${runstate}`,
    );
    this.#runstate = runstate;
  }

  /** The map before any recovery: every node of the nodes file (`cluster.md` 1.6). */
  beginWithMap(map: readonly number[]): void {
    assertInvariant(this.#vnnmap.length === 0, `vnn map at the start: ${this.#vnnmap}`);
    this.#vnnmap = map;
  }

  /** SETVNNMAP: only in recovery mode, when no packet of an older generation can pass. */
  adoptMap(generation: number, map: readonly number[]): void {
    assertInvariant(
      this.#recoveryMode === RecoveryMode.ACTIVE,
      `vnn map of generation ${generation} outside of recovery mode`,
    );
    this.#generation = generation;
    this.#vnnmap = map;
  }

  /** Stopped or banned: no packet of the cluster's generation is this node's any more. */
  becomeInactive(): void {
    this.#generation = INVALID_GENERATION;
  }

  setRecoveryMode(mode: number): void {
    this.#recoveryMode = mode;
  }

  setCapability(capability: number, on: boolean): void {
    this.#capabilities = on ? this.#capabilities | capability : this.#capabilities & ~capability;
  }

  recoveryStarted(at_us: bigint): void {
    this.#lastRecoveryStarted_us = at_us;
  }

  recoveryFinished(at_us: bigint): void {
    this.#lastRecoveryFinished_us = at_us;
  }

  // Destinations

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
