import type { Clock, Logger, Random, Timer } from "../base/mod.ts";

import type { Packet, TunableName } from "../wire/mod.ts";

export type { ControlOrigin } from "../wire/mod.ts";

/** What became of a control that this node sent. `status` 0 is success unless the opcode says else. */
export interface ControlOutcome {
  readonly status: number;
  readonly data: Uint8Array;
  readonly error: string;
}

/** A local client as the records layer sees it. Valid until {@link RecordsHost.client} forgets it. */
export interface RecordsClient {
  readonly id: number;
  readonly pid: number;
  /** Frames that it has not taken yet. */
  readonly queuedFrames: number;
  /** Queues a packet to the client; never blocks. Its bytes are the caller's again afterwards. */
  send(packet: Packet): void;
  /** It has attached a database. */
  attached(dbId: number): void;
  /** Ends its connection: it waits for an answer that will not come, and shall not wait for ever. */
  close(reason: string): void;
}

/**
 * Everything that the records layer needs from the node around it, so that it knows neither
 * sockets nor membership. The daemon implements it for real, the simulation on virtual time.
 *
 * All calls are synchronous and may be made from inside any records entry point; none of them
 * re-enters the records layer before it returns (loopback packets and replies come in a later turn).
 */
export interface RecordsHost {
  readonly pnn: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;

  /** The value of a tunable now, by its name (`wire.md` 10.12). Read at use, never cached. */
  tunable(name: TunableName): number;

  /** The vnn map: generation and lmaster slots. Replaced as a whole by SETVNNMAP. */
  readonly generation: number;
  readonly vnnmap: readonly number[];
  /** RecoveryMode.ACTIVE or NORMAL. */
  readonly recoveryMode: number;
  readonly runstate: number;
  /** This node's flags for `pnn`; a pnn outside the node map reads as DISCONNECTED|DELETED. */
  nodeFlags(pnn: number): number;
  /** Pnns of nodes without INACTIVE flags, ascending, self included if active. */
  activeNodes(): readonly number[];
  /** Pnns of nodes neither DELETED nor DISCONNECTED, ascending, self included. */
  connectedNodes(): readonly number[];

  /** A fresh request id from the daemon's one table; `owner` is what {@link lookupRequest} gives back. */
  allocateRequest(owner: object): number;
  lookupRequest(reqid: number): object | undefined;
  releaseRequest(reqid: number): void;

  /**
   * Sends a packet to a node; its bytes are the caller's again afterwards. To the own pnn: looped back
   * in a later turn. To a node without connection: dropped silently, as the protocol wants.
   */
  sendToNode(pnn: number, packet: Packet): void;
  /** {@link sendToNode} of a finished frame that nobody changes any more. */
  forward(pnn: number, frame: Uint8Array): void;
  /**
   * Sends a control by this daemon itself, or on behalf of a client of it (`clientId`). `onReply` comes exactly once, in a later
   * turn, also for time-out (-1) and for a node that is or becomes disconnected (-1).
   */
  sendControl(
    pnn: number,
    opcode: number,
    data: Uint8Array,
    options: { timeout_ms?: number; srvid?: bigint; flags?: number; clientId?: number },
    onReply: (outcome: ControlOutcome) => void,
  ): { cancel(): void };
  /** Sends a NOREPLY control to a broadcast destination (or one pnn), expanded per node. */
  broadcastControl(destination: number, opcode: number, data: Uint8Array, srvid?: bigint): void;
  /**
   * A message to a pnn or broadcast destination; the own node gets it in a later turn. The bytes are
   * the caller's again afterwards.
   */
  sendMessage(destination: number, srvid: bigint, data: Uint8Array): void;
  /** Hands `data` at once to local registrations of exactly `srvid` (not SRVID_ALL): traverse data. */
  deliverLocal(srvid: bigint, data: Uint8Array): void;
  /**
   * Registers a handler of the daemon itself for a srvid (DB_PUSH), to which the bytes belong during
   * its call only; returns how to take it back.
   */
  registerHandler(srvid: bigint, handler: (data: Uint8Array) => void): () => void;

  /** A connected local client by its id, or undefined when it has gone. */
  client(id: number): RecordsClient | undefined;

  /** Sets recovery mode ACTIVE: the leader will see it and recover. */
  forceRecovery(reason: string): void;
  /** The state on disk or in memory cannot be trusted any more: log, abort the process. */
  fatal(reason: string): never;

  /** Runs `callback` in a later turn, in order, before timers. */
  defer(callback: () => void): void;
  /**
   * {@link defer} for work that takes milliseconds, on a whole database: a turn does a bounded share of
   * all that is waiting.
   */
  slice(callback: () => void): void;
  /** Short for `clock.setTimer`. */
  setTimer(delay_ms: number, callback: () => void): Timer;
}
