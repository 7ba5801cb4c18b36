import type { KernelBytes } from "../loop/mod.ts";
import type { Packet } from "../wire/mod.ts";

/** A member of the cluster as the transport sees it. */
export interface TransportPeer {
  readonly pnn: number;
  /** Canonical text of the node's address; it identifies the peer (`cluster.md` 4.1). */
  readonly address: string;
}

/** What a transport has counted for one peer, since it knows it. */
export interface LinkStatus {
  readonly pnn: number;
  /** Both directions are up. */
  readonly up: boolean;
  /** When it last came up or went down, in ms since the epoch; of a peer never reached: when it was named. */
  readonly since_ms: number;
  /** Over all connections, without what waits in memory. */
  readonly sent: TrafficCount;
  readonly received: TrafficCount;
  /** Bytes for the peer that the kernel has not taken. */
  readonly queuedBytes: number;
  /** What the kernel holds, both connections together; absent where nobody can ask it. */
  readonly kernel?: KernelBytes;
}

/** Traffic in one direction. */
export interface TrafficCount {
  readonly packets: number;
  readonly bytes: number;
}

/** What the node wants to hear from its transport. Every call comes in its own turn. */
export interface TransportHandler {
  /** Both one-way connections to the peer are up. */
  linkUp(pnn: number): void;
  /** A connection broke or was refused; both directions are down and being made again. */
  linkDown(pnn: number, reason: string): void;
  /**
   * One whole frame with a sound header (magic, version, length a multiple of 8). The bytes are valid
   * during this call only: the transport reads the next ones into the same memory.
   */
  frame(pnn: number, frame: Uint8Array): void;
}

/**
 * Frames between nodes. The real one is {@link Mesh}; the simulation brings its own. Both
 * promise: frames from one peer arrive whole and in order (but that urgent ones may pass others), or
 * the link goes down; nothing is stored for a peer without a link; nothing is delivered after `close`.
 */
export interface NodeTransport {
  /** Starts to accept and to connect. `peers` leaves out the own node and deleted ones. */
  start(peers: readonly TransportPeer[], handler: TransportHandler): void;
  /** A changed nodes file: keeps links to unchanged peers, drops the others, connects to new ones. */
  setPeers(peers: readonly TransportPeer[]): void;
  /**
   * Queues a packet, whose bytes are the caller's again afterwards. `false` when it was dropped, as
   * there is no outgoing connection: the incoming one may be up all the same.
   *
   * @param urgent it may pass those that wait and are not urgent; among each other these stay in order
   */
  send(pnn: number, packet: Packet, urgent?: boolean): boolean;
  /** {@link send} of a finished frame that goes on as it is. */
  forward(pnn: number, frame: Uint8Array): boolean;
  /** Whether both directions of the link are up. */
  isWhole(pnn: number): boolean;
  /** Tears both directions down and starts to connect again; reports no `linkDown`. */
  restart(pnn: number): void;
  /** Closes everything for good. */
  close(): void;
}

/** A local client's connection. */
export interface ClientConnection {
  /** Process id from the socket's peer credentials at accept time. */
  readonly pid: number;
  readonly uid: number;
  /** Frames of `send` and `share` that the kernel has not taken yet. */
  readonly queuedFrames: number;
  /** The same in bytes. */
  readonly queuedBytes: number;
  /** Whether the client reads slower than it is sent to: what comes now waits in our memory. */
  readonly isBehind: boolean;
  /** Queues a packet. Its bytes are the caller's again afterwards. After `close` it is dropped. */
  send(packet: Packet): void;
  /** Queues a finished frame that nobody changes any more: many clients may wait for the same one. */
  share(frame: Uint8Array<ArrayBuffer>): void;
  /** Ends the connection; `closed` is still reported, in a later turn. */
  close(reason: string): void;
}

/** How the reason begins when a link is closed because its peer does not read. */
export const PEER_OVERRUN = "outgoing queue";
/** How it begins when a client is cut off because it does not read its replies. */
export const CLIENT_OVERRUN = "does not read its replies";

/** What the node wants to hear from one client's connection. */
export interface ClientConnectionHandler {
  /** One whole frame; the bytes are valid during this call only. */
  frame(frame: Uint8Array): void;
  /** Comes exactly once, whoever ended the connection. */
  closed(reason: string): void;
}

/** Where local clients connect. */
export interface ClientListener {
  /** Starts to accept; clients that connected before are taken now. */
  accept(handler: (connection: ClientConnection) => ClientConnectionHandler): void;
  close(): void;
}
