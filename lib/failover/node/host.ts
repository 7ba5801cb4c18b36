import type { Clock, Logger } from "../../base/mod.ts";
import type { SocketAddress, TunableName } from "../../wire/mod.ts";

/** Events that concern addresses (`events.md` part B). */
export type IpEvent =
  | "takeip"
  | "releaseip"
  | "updateip"
  | "startipreallocate"
  | "ipreallocated";

/** A line of the `public_addresses` file, or what ADD_PUBLIC_IP asks for. */
export interface AddressEntry {
  /** Canonical text; IPv4-mapped IPv6 as IPv4. */
  readonly address: string;
  readonly maskBits: number;
  /** In order of preference. */
  readonly interfaces: readonly string[];
}

/** What reading the file again came to. */
export type AddressFileResult =
  | { readonly entries: readonly AddressEntry[] }
  | { readonly error: string };

/** Tells the network about addresses and connections. What it throws is logged. */
export interface Announcer {
  /** One announcement of an address on an interface (`failover.md` 10). */
  announce(address: string, iface: string): void;
  /** One tickle ACK from `from` to `to`; with `reset`, ACK and RST (`failover.md` 11.3). */
  tickle(from: SocketAddress, to: SocketAddress, reset?: boolean): void;
}

/** The addresses that the kernel has on its interfaces at one moment. */
export interface AddressView {
  /** Whether an address (canonical text) is on any interface. */
  has(address: string): boolean;
}

/**
 * Everything that public addresses need from the node around them; nothing of it makes them wait.
 * The daemon implements it for real, the simulation on virtual time.
 */
export interface FailoverHost {
  readonly pnn: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** The announcer of the machine, or of the simulated network. */
  readonly announcer: Announcer;
  /** `RunState` and `RecoveryMode` numbers, now. */
  readonly runstate: number;
  readonly recoveryMode: number;
  /** The value of a tunable now. */
  tunable(name: TunableName): number;
  /** This node's flags for `pnn`. */
  nodeFlags(pnn: number): number;
  /**
   * Runs an event with EventScriptTimeout. `done` gets the event's status exactly once: 0, or what
   * the control that caused it shall fail with (110 for a time-out).
   */
  runEvent(event: IpEvent, args: readonly string[], done: (status: number) => void): void;
  /** A fresh view of the kernel's addresses. */
  localAddresses(): AddressView;
  /** What the kernel calls the interface with this name or alternative name; undefined: no such. */
  interfaceName(name: string): string | undefined;
  /** Reads the `public_addresses` file again. A missing file is an empty one. */
  readAddressFile(done: (result: AddressFileResult) => void): void;
  /** A message to a pnn or a broadcast destination. */
  sendMessage(destination: number, srvid: bigint, data: Uint8Array): void;
  /** A control without reply to a broadcast destination, the own node included. */
  broadcastControl(destination: number, opcode: number, data: Uint8Array): void;
  /** Bans this node for RecoveryBanPeriod, unless EnableBans is 0. */
  banSelf(reason: string): void;
}

/** What is fixed for the life of the node. */
export interface FailoverOptions {
  /** `[failover] disabled = true` (`failover.md` 15). */
  readonly failoverDisabled: boolean;
  /**
   * False in test mode: neither the kernel's addresses nor the network are touched, and only
   * assigned interfaces tell what is hosted.
   */
  readonly checkAddresses: boolean;
}
