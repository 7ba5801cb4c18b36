import { flagsText, INACTIVE_FLAGS, type NodeEntry, NodeFlag } from "../wire/mod.ts";

/** A node of the cluster. */
export interface ClusterNode {
  /** Its number. */
  readonly pnn: number;
  /** The address by which the nodes reach it. */
  readonly address: string;
  /** As `ctdb --json status` spells it: `OK`, or what is wrong, such as `STOPPED|INACTIVE`. */
  readonly state: string;
  /** Whether it takes part in the databases. */
  readonly active: boolean;
  /** Whether it may have public addresses: nothing is wrong with it. */
  readonly healthy: boolean;
}

/** Where a public address is. */
export interface HostedAddress {
  /** The address, IPv4 or IPv6. */
  readonly address: string;
  /** The node that has it now; `undefined` when none has. */
  readonly pnn: number | undefined;
}

/** One end of a TCP connection. */
export interface TickleEnd {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** From 0 to 65535. */
  readonly port: number;
}

/** A client's TCP connection to a public address, which is told when the address moves. */
export interface TickleConnection {
  /** The client's end. */
  readonly source: TickleEnd;
  /** The public address and the port of the service. */
  readonly destination: TickleEnd;
}

/** What a new connection to the daemon does not bring back. */
export interface LostState {
  /** Names of databases that were open: they are closed, open them again. */
  readonly databases: readonly string[];
  /** Names of locks that were held: others may have them now. */
  readonly locks: readonly string[];
  /** Srvids that are subscribed to again: messages in between were missed. */
  readonly subscriptions: readonly bigint[];
}

/** Something that happened in the cluster. */
export type ClusterEvent =
  /** The nodes, first of all as they are and then whenever the state of one has changed. */
  | { readonly event: "nodes"; readonly nodes: readonly ClusterNode[] }
  /** Another node leads now, or the first one that is heard of. */
  | { readonly event: "leader"; readonly pnn: number }
  /** A recovery has ended: nodes may have come or gone. */
  | { readonly event: "reconfigured" }
  /** A public address has left this node. */
  | { readonly event: "released"; readonly address: string }
  /** The daemon is there again (see {@link LostState}); only with `reconnect`. */
  | { readonly event: "reconnected"; readonly lost: LostState };

/** The nodes that are not deleted, as programs see them. */
export function describeNodes(map: readonly NodeEntry[]): ClusterNode[] {
  return map.filter(({ flags }) => (flags & NodeFlag.DELETED) === 0)
    .map(({ pnn, flags, address }) => ({
      pnn,
      address: address.address,
      state: flagsText(flags),
      active: (flags & INACTIVE_FLAGS) === 0,
      healthy: flags === 0,
    }));
}
