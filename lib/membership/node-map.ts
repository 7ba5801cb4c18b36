import { assertInvariant, CtdbError } from "../base/mod.ts";
import { INACTIVE_FLAGS, NodeFlag, UNKNOWN_PNN } from "../wire/mod.ts";

/** One line of the nodes file: its place is its pnn. */
export interface NodesFileEntry {
  readonly pnn: number;
  /** Canonical address text; `0.0.0.0` when deleted. */
  readonly address: string;
  readonly deleted: boolean;
}

/** A node as this node sees it now. */
export interface NodeFlags {
  readonly pnn: number;
  readonly address: string;
  readonly flags: number;
}

/** The nodes file does not name this node, or a pnn is not in it. */
export class NodeMapError extends CtdbError {}

/**
 * All nodes with the flags that this node has for each (`cluster.md` 5.1). A node is the authority
 * on its own flags; DISCONNECTED is what the own transport sees and is never taken over.
 */
export class NodeMap {
  #nodes: { pnn: number; address: string; flags: number }[];
  #pnn = UNKNOWN_PNN;
  /** Hears of every change of flags. */
  onFlags: (pnn: number, before: number, after: number) => void = () => {};

  constructor(entries: readonly NodesFileEntry[]) {
    this.#nodes = entries.map(freshNode);
  }

  /** The own pnn; UNKNOWN_PNN until {@link NodeMap.identify}. */
  get pnn(): number {
    return this.#pnn;
  }

  /** Number of lines of the nodes file, deleted ones included. */
  get size(): number {
    return this.#nodes.length;
  }

  /**
   * Finds the own node by its address and marks it connected.
   *
   * @throws {NodeMapError} the address is not in the nodes file
   */
  identify(address: string): number {
    const node = this.#nodes.find((n) =>
      n.address === address && (n.flags & NodeFlag.DELETED) === 0
    );
    if (node === undefined) throw new NodeMapError(`Find own node in the nodes file: ${address}`);
    this.#pnn = node.pnn;
    node.flags &= ~NodeFlag.DISCONNECTED;
    return node.pnn;
  }

  /** Takes a changed nodes file over; nodes with the same place and address keep their flags. */
  reload(entries: readonly NodesFileEntry[]): void {
    const before = this.#nodes;
    this.#nodes = entries.map((entry) => {
      const old = before[entry.pnn];
      const same = old !== undefined && !entry.deleted && old.address === entry.address &&
        (old.flags & NodeFlag.DELETED) === 0;
      return same ? old : freshNode(entry);
    });
  }

  get(pnn: number): NodeFlags | undefined {
    return this.#nodes[pnn];
  }

  all(): readonly NodeFlags[] {
    return this.#nodes;
  }

  /** Flags of a node; a pnn outside the map reads as gone. */
  flags(pnn: number): number {
    return this.#nodes[pnn]?.flags ?? (NodeFlag.DISCONNECTED | NodeFlag.DELETED);
  }

  get ownFlags(): number {
    return this.flags(this.#pnn);
  }

  // What changes flags. Each returns whether it did.

  /** The own transport has a link to the node. */
  linkUp(pnn: number): boolean {
    return this.#change(pnn, 0, NodeFlag.DISCONNECTED);
  }

  /** The own transport has none. What a node that is away says of itself counts for nothing. */
  linkDown(pnn: number): boolean {
    return this.#change(pnn, NodeFlag.DISCONNECTED | NodeFlag.UNHEALTHY, 0);
  }

  /** Takes over what another node is said to be; whether it is connected only the own node knows. */
  adopt(pnn: number, flags: number): boolean {
    assertInvariant(pnn !== this.#pnn, `flags of the own node, told by another: ${flags}`);
    const kept = this.flags(pnn) & NodeFlag.DISCONNECTED;
    return this.#set(pnn, ((flags & ~NodeFlag.DISCONNECTED) | kept) >>> 0);
  }

  /** The own node changes what it says of itself. */
  changeOwn(set: number, clear: number): boolean {
    return this.#change(this.#pnn, set, clear);
  }

  #change(pnn: number, set: number, clear: number): boolean {
    return this.#set(pnn, (this.flags(pnn) & ~clear) | set);
  }

  #set(pnn: number, flags: number): boolean {
    const node = this.#nodes[pnn];
    if (node === undefined || node.flags === flags) return false;
    const before = node.flags;
    node.flags = flags;
    this.onFlags(pnn, before, flags);
    return true;
  }

  isInactive(pnn: number): boolean {
    return (this.flags(pnn) & INACTIVE_FLAGS) !== 0;
  }

  isConnected(pnn: number): boolean {
    return (this.flags(pnn) & (NodeFlag.DISCONNECTED | NodeFlag.DELETED)) === 0;
  }

  /** Pnns of nodes that no bit of `mask` is set for, ascending, own node included. */
  without(mask: number): number[] {
    return this.#nodes.filter((node) => (node.flags & mask) === 0).map((node) => node.pnn);
  }

  /** BROADCAST_ALL: every node that is not deleted. */
  notDeleted(): number[] {
    return this.without(NodeFlag.DELETED);
  }

  /** BROADCAST_ACTIVE. */
  active(): number[] {
    return this.without(INACTIVE_FLAGS);
  }

  /** BROADCAST_CONNECTED. */
  connected(): number[] {
    return this.without(NodeFlag.DISCONNECTED | NodeFlag.DELETED);
  }
}

function freshNode(entry: NodesFileEntry): { pnn: number; address: string; flags: number } {
  const flags = NodeFlag.DISCONNECTED |
    (entry.deleted ? NodeFlag.DELETED : NodeFlag.UNHEALTHY);
  return { pnn: entry.pnn, address: entry.deleted ? "0.0.0.0" : entry.address, flags };
}
