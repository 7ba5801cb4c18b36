import type { Cancellable } from "../base/mod.ts";
import type { KernelBytes } from "../loop/mod.ts";
import type { Packet } from "../wire/mod.ts";

/**
 * Byte streams as the mesh and the client socket see them. {@link NativeStreams} has them on the
 * core's own loop, {@link DenoStreams} on Deno's; one suite of cases runs over both.
 */

/** What happens on a stream. */
export interface StreamHandler {
  /**
   * The first `end` bytes of `slab` have arrived. The slab is used again after the call: what is to
   * be kept is copied.
   */
  data(slab: Uint8Array, end: number): void;
  /** The stream is over, by the peer or by an error. Comes once, and not after `close`. */
  ended(reason: string): void;
}

/** One connection. */
export interface Stream {
  /** Bytes and frames that were sent and that the kernel has not taken. */
  readonly queuedBytes: number;
  readonly queuedFrames: number;
  /** Bytes that the kernel has taken so far. */
  readonly sentBytes: number;
  /** What the kernel holds in both directions; absent where nobody can ask it. */
  kernelBytes?(): KernelBytes;
  /** Tells `handler` from now on; bytes that came before have waited. */
  start(handler: StreamHandler): void;
  /** Whether the kernel takes no more for now. */
  readonly isBlocked: boolean;
  /** Queues a packet; all of a turn leave together. Its bytes are the caller's again afterwards. */
  sendPacket(packet: Packet): void;
  /** {@link sendPacket} before those that wait and are not urgent themselves. */
  sendUrgent(packet: Packet): void;
  /** Queues a finished frame. The bytes are the caller's again afterwards. */
  send(frame: Uint8Array): void;
  /** {@link send} of a frame that nobody will change: it may be kept without a copy. */
  sendShared(frame: Uint8Array<ArrayBuffer>): void;
  /** Sends what can be sent at once, and ends the stream. Nothing is told afterwards. */
  close(): void;
}

/** What a listener tells. */
export interface AcceptHandler<Peer> {
  connected(stream: Stream, peer: Peer): void;
  /** Why no more connections are wanted now; `undefined` while they are. */
  full(): string | undefined;
  /** Accepting pauses, as the system is out of descriptors or memory; it goes on by itself. */
  exhausted(reason: string): void;
}

/** A bound socket; connections wait in the kernel until `accept`. */
export interface StreamListener<Peer> {
  accept(handler: AcceptHandler<Peer>): void;
  close(): void;
}

/** Who connected by TCP. */
export interface TcpPeer {
  /** Canonical text; IPv4-mapped IPv6 as IPv4. */
  readonly address: string;
  readonly port: number;
}

/** Who connected to the Unix socket, as the kernel saw it then. */
export interface UnixPeer {
  readonly pid: number;
  readonly uid: number;
}

/** How connecting ended. Comes once, in a later turn, unless it is cancelled. */
export interface ConnectEvents {
  connected(stream: Stream): void;
  failed(reason: string): void;
}

/** Makes streams. */
export interface Streams {
  /** Rejects with a {@link TransportError} when the address cannot be had. */
  listenTcp(address: string, port: number): Promise<StreamListener<TcpPeer>>;
  /**
   * Binds a path that is free, with mode 0700. Rejects with a {@link TransportError} when that is
   * not possible.
   */
  listenUnix(path: string): Promise<StreamListener<UnixPeer>>;
  /** Connects to `address`, from `from` and a port of the kernel's choice. */
  connectTcp(
    from: string,
    address: string,
    port: number,
    events: ConnectEvents,
  ): Cancellable;
}
