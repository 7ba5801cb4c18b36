import { type Clock, CopyArena, type Logger, LogLevel, messageOf } from "../base/mod.ts";
import type { Records } from "../records/mod.ts";
import {
  CLIENT_OVERRUN,
  type ClientConnection,
  type ClientConnectionHandler,
} from "../transport/mod.ts";
import {
  BROADCAST_CONNECTED,
  checkFrameHeader,
  ControlFlag,
  controls,
  decodePacket,
  frameDestination,
  frameOpcode,
  frameOperation,
  HEADER_SIZE,
  INACTIVE_FLAGS,
  Operation,
  PlacedMessage,
  type ReqControl,
  WireError,
} from "../wire/mod.ts";
import type { SeenClients } from "../survey/mod.ts";
import { clientPage } from "./client-page.ts";
import { ClientSession } from "./client-session.ts";
import type { Faults } from "./faults.ts";
import type { ControlRouter } from "./control-router.ts";
import type { Messages } from "./messages.ts";
import type { NodeState } from "./node-state.ts";
import { NodeCount, type NodeStatistics } from "./node-statistics.ts";
import type { RequestIds } from "./request-ids.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";
import type { Tunnels } from "./tunnels.ts";

/** What the sessions of clients stand on. */
interface Ports {
  readonly clock: Clock;
  readonly state: NodeState;
  readonly statistics: NodeStatistics;
  readonly ids: RequestIds;
  readonly log: Logger;
  readonly faults: Faults;
  readonly registry: SrvidRegistry;
  readonly messages: Messages;
  readonly controls: ControlRouter;
  readonly tunnels: Tunnels;
  readonly records: Records;
  /** Addresses keep track of the TCP connections of their clients. */
  readonly clientGone: (session: ClientSession) => void;
}

/** All local clients: what they send, and what is cleaned up behind them (`records.md` 15.5). */
export class ClientSessions {
  readonly #ports: Ports;
  readonly #sessions = new Map<number, ClientSession>();
  readonly #copies = new CopyArena();
  readonly #byPid = new Map<number, ClientSession[]>();
  #accepted = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: number): ClientSession | undefined {
    return this.#sessions.get(id);
  }

  /** The connections of a process, oldest first. */
  ofProcess(pid: number): readonly ClientSession[] {
    return this.#byPid.get(pid) ?? [];
  }

  /** What waits for the client that is furthest behind. */
  get longestQueue_bytes(): number {
    let longest = 0;
    for (const { connection } of this.#sessions.values()) {
      longest = Math.max(longest, connection.queuedBytes);
    }
    return longest;
  }

  /** The clients that connected behind the one with serial `after`; 0 to begin. */
  page(after: number): SeenClients {
    return clientPage(this.#sessions, after);
  }

  closeAll(reason: string): void {
    for (const session of this.#sessions.values()) session.connection.close(reason);
  }

  /** A client connected. */
  accept(connection: ClientConnection): ClientConnectionHandler {
    const { ids, state, statistics, clock } = this.#ports;
    const owner = {};
    const since_ms = Number(clock.wallTime() / 1000n);
    const identity = { id: ids.allocate(owner), serial: ++this.#accepted, since_ms };
    const session = new ClientSession(identity, connection, {
      maxQueuedMessages: () => state.tunable("MaxQueueDropMsg"),
      countSent: () => statistics.count(NodeCount.clientPacketsSent),
      overflowed: (pid, reason) => this.#cutOff(pid, reason),
    });
    this.#sessions.set(session.id, session);
    const others = this.#byPid.get(session.pid);
    if (others === undefined) this.#byPid.set(session.pid, [session]);
    else others.push(session);
    return {
      frame: (frame) => this.#frame(session, frame),
      closed: (reason) => this.#closed(session, reason),
    };
  }

  #cutOff(pid: number, reason: string): void {
    this.#ports.statistics.count(NodeCount.clientsCutOff);
    this.#ports.log.outside.error(`Cut off client ${pid}: it ${reason}`);
  }

  #frame(session: ClientSession, frame: Uint8Array): void {
    const { log, statistics, faults } = this.#ports;
    statistics.count(NodeCount.clientPacketsRecv);
    if (frame.length < HEADER_SIZE) {
      log.outside.error(
        `Ignored frame of client ${session.pid}, shorter than a header: ${frame.length}`,
      );
      return;
    }
    try {
      this.#dispatch(session, frame);
    } catch (error) {
      if (!(error instanceof WireError)) {
        return faults.handle(`Request of client ${session.pid}`, error);
      }
      // Bad magic, version or lengths: nothing to answer, the next frame may be sound again.
      log.outside.warning(`Ignored frame of client ${session.pid}: ${messageOf(error)}`);
    }
  }

  #dispatch(session: ClientSession, frame: Uint8Array): void {
    const { records, statistics, messages, tunnels, log } = this.#ports;
    checkFrameHeader(frame);
    const operation = frameOperation(frame);
    if (operation === Operation.REQ_CALL) return records.callFromClient(frame, session);
    if (operation === Operation.REQ_MESSAGE) {
      statistics.count(NodeCount.clientReqMessage);
      return messages.fromClient(PlacedMessage.inFrame(frame));
    }
    if (operation === Operation.REQ_TUNNEL) {
      statistics.count(NodeCount.clientReqTunnel);
      return tunnels.fromClient(frame);
    }
    // Parts of what a control carries may be kept, and the frame's memory is the transport's again
    // after this call.
    const packet = decodePacket(this.#isDoneAtOnce(frame) ? frame : this.#copies.copy(frame));
    switch (packet.operation) {
      case Operation.REQ_CONTROL:
        statistics.count(NodeCount.clientReqControl);
        return this.#control(session, packet);
      default:
        log.outside.warning(`Ignored operation ${packet.operation} of client ${session.pid}`);
    }
  }

  /** What every close of a file sends: this node's records keep a copy of the key, and no more. */
  #isDoneAtOnce(frame: Uint8Array): boolean {
    return frameOpcode(frame) === controls.SCHEDULE_FOR_DELETION.opcode &&
      this.#ports.state.resolve(frameDestination(frame)) === this.#ports.state.pnn;
  }

  #control(session: ClientSession, packet: ReqControl): void {
    const { state, controls } = this.#ports;
    const { reqid } = packet;
    let pending: { cancel(): void } | undefined = undefined;
    pending = controls.fromClient(packet, session.id, (outcome) => {
      if (pending !== undefined) session.controls.delete(pending);
      if ((packet.flags & ControlFlag.NOREPLY) !== 0) return;
      if (!this.#sessions.has(session.id)) return;
      session.send({
        operation: Operation.REPLY_CONTROL,
        generation: state.generation,
        destnode: 0,
        srcnode: state.pnn,
        reqid,
        status: outcome.status,
        data: outcome.data,
        error: outcome.error,
      });
    });
    if (pending !== undefined) session.controls.add(pending);
  }

  #closed(session: ClientSession, reason: string): void {
    const { ids, log, records, registry, tunnels, messages } = this.#ports;
    if (reason.startsWith(CLIENT_OVERRUN)) this.#cutOff(session.pid, reason);
    else if (log.level >= LogLevel.DEBUG) log.debug(`Client ${session.pid} gone: ${reason}`);
    this.#ports.clientGone(session);
    this.#forget(session);
    ids.release(session.id);
    records.clientGone(session);
    for (const srvid of session.srvids.splice(0)) registry.deregister(srvid, session);
    for (const { srvid, data } of session.notifications.values()) {
      messages.send(BROADCAST_CONNECTED, srvid, data);
    }
    for (const control of session.controls) control.cancel();
    tunnels.clientGone(session);
  }

  #forget(session: ClientSession): void {
    this.#sessions.delete(session.id);
    const all = this.#byPid.get(session.pid);
    if (all === undefined || all.length === 1) this.#byPid.delete(session.pid);
    else all.splice(all.indexOf(session), 1);
  }

  /**
   * Whether a process is a client of this node and lives (`records.md` 15.6). On an inactive node
   * its newest connection is cut, so that the rest of the cluster can clean up after it.
   */
  processExists(pid: number, isAlive: (pid: number) => boolean): boolean {
    const newest = this.ofProcess(pid).at(-1);
    if (newest === undefined) return false;
    if ((this.#ports.state.nodes.ownFlags & INACTIVE_FLAGS) !== 0) {
      newest.connection.close("process check on an inactive node");
      return false;
    }
    return isAlive(pid);
  }
}
