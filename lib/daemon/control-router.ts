import {
  assertInvariant,
  type Clock,
  CtdbError,
  InvariantError,
  type Logger,
  messageOf,
} from "../base/mod.ts";
import type { ControlOutcome } from "../records/mod.ts";
import {
  controlByOpcode,
  ControlFlag,
  type ControlHandlers,
  type ControlName,
  type ControlOrigin,
  type ControlReply,
  decodeControlRequest,
  encodeControlReply,
  isBroadcast,
  isLiveControl,
  type LiveControlName,
  Operation,
  type Packet,
  type ReplyControl,
  type ReqControl,
  WireError,
} from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";
import { NodeCount, type NodeStatistics } from "./node-statistics.ts";
import { failedControl, type PendingControl, PendingControls } from "./pending-controls.ts";
import type { RequestIds } from "./request-ids.ts";
import type { Turns } from "./turns.ts";
import { isUrgentControl } from "./urgency.ts";

/** Handlers for every control that a daemon answers. */
export type AllControlHandlers = ControlHandlers<LiveControlName>;

/** A control on its way out. */
export interface OutgoingControl {
  readonly opcode: number;
  readonly srvid: bigint;
  /** The client it is on behalf of; 0 for the daemon itself. */
  readonly clientId: number;
  readonly flags: number;
  readonly data: Uint8Array;
}

/** What the router stands on. */
interface Ports {
  readonly state: NodeState;
  readonly statistics: NodeStatistics;
  readonly ids: RequestIds;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly log: Logger;
  /** Packets to other nodes; one that is `urgent` may pass data, by what it is unless given. */
  readonly sendToNode: (pnn: number, packet: Packet, urgent?: boolean) => void;
}

const NO_DATA = new Uint8Array(0);

/**
 * Brings controls to the node that shall execute them and answers back (`wire.md` 3.7, 3.8), and
 * executes those for this node through the one table of handlers.
 */
export class ControlRouter {
  readonly #ports: Ports;
  readonly #pending: PendingControls;
  #handlers: AllControlHandlers | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#pending = new PendingControls(ports.ids, ports.clock, (control) => {
      ports.statistics.count(NodeCount.timeoutsControl);
      ports.log.error(`Control to node ${control.pnn} timed out: request ${control.reqid}`);
    });
  }

  /** The handlers exist only when all parts of the node do. */
  setHandlers(handlers: AllControlHandlers): void {
    this.#handlers = handlers;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  nodeGone(pnn: number): void {
    this.#pending.nodeGone(pnn);
  }

  /**
   * Sends a control to one node, this one included. `onReply` comes exactly once, in a later turn,
   * unless it is cancelled.
   *
   * @param timeout_ms the default is ControlTimeout
   */
  send(
    pnn: number,
    control: OutgoingControl,
    onReply: (outcome: ControlOutcome) => void,
    timeout_ms?: number,
  ): { cancel(): void } {
    const { state, turns } = this.#ports;
    if (pnn === state.pnn) return this.#sendToSelf(control, onReply);
    if (!state.nodes.isConnected(pnn)) {
      return deferred(turns, onReply, failedControl("ctdb_control to disconnected node"));
    }
    const pending = this.#pending.add(
      pnn,
      timeout_ms ?? state.tunable("ControlTimeout") * 1000,
      onReply,
    );
    this.#transmit(pnn, control, pending.reqid);
    return pending;
  }

  /** Sends a control that is not answered, to a node or a broadcast destination. */
  sendNoReply(destination: number, control: OutgoingControl): void {
    const { state, turns } = this.#ports;
    const flagged = { ...control, flags: control.flags | ControlFlag.NOREPLY };
    for (const pnn of state.expand(destination)) {
      if (pnn === state.pnn) turns.defer(() => this.#execute(flagged, state.pnn, () => {}));
      else this.#transmit(pnn, flagged, 0);
    }
  }

  /** A control that another node sent. */
  fromNode(packet: ReqControl): void {
    this.#ports.statistics.count(NodeCount.nodeReqControl);
    this.#execute(packet, packet.srcnode, (outcome) => {
      if ((packet.flags & ControlFlag.NOREPLY) === 0) this.#answerNode(packet, outcome);
    });
  }

  /** A reply that another node sent. */
  replyFromNode(packet: ReplyControl): void {
    this.#ports.statistics.count(NodeCount.nodeReplyControl);
    const pending = this.#pending.find(packet.reqid);
    if (pending === undefined) {
      this.#ports.log.outside.error(
        `Reply to an unknown control from node ${packet.srcnode}: request ${packet.reqid}`,
      );
      return;
    }
    pending.finish(packet);
  }

  /**
   * Executes a control for a local client, wherever it is addressed to. `onReply` may come at once;
   * not at all for a broadcast that asks for an answer.
   *
   * @returns what to cancel when the client goes away
   */
  fromClient(
    packet: ReqControl,
    clientId: number,
    onReply: (outcome: ControlOutcome) => void,
  ): PendingControl | undefined {
    const { state, log } = this.#ports;
    // Field by field: an object that is spread costs more than all the rest of a small control.
    const { opcode, srvid, flags, data } = packet;
    const control: OutgoingControl = { opcode, srvid, clientId, flags, data };
    if (isBroadcast(packet.destnode)) {
      if ((packet.flags & ControlFlag.NOREPLY) !== 0) this.sendNoReply(packet.destnode, control);
      else log.outside.error(`Refused broadcast control ${packet.opcode} that wants an answer`);
      return undefined;
    }
    const pnn = state.resolve(packet.destnode);
    if (pnn === state.pnn) {
      this.#ports.statistics.count(NodeCount.nodeReqControl);
      this.#execute(control, pnn, onReply);
      return undefined;
    }
    if (!state.nodes.isConnected(pnn)) {
      onReply(failedControl("ctdb_control to disconnected node"));
      return undefined;
    }
    if ((packet.flags & ControlFlag.NOREPLY) !== 0) {
      this.#transmit(pnn, control, 0);
      return undefined;
    }
    const pending = this.#pending.add(pnn, state.tunable("ControlTimeout") * 1000, onReply);
    this.#transmit(pnn, control, pending.reqid);
    return pending;
  }

  #sendToSelf(
    control: OutgoingControl,
    onReply: (outcome: ControlOutcome) => void,
  ): { cancel(): void } {
    const { state, turns, statistics } = this.#ports;
    let cancelled = false;
    statistics.count(NodeCount.nodeReqControl);
    turns.defer(() => {
      if (cancelled) return;
      this.#execute(control, state.pnn, (outcome) =>
        turns.defer(() => {
          if (!cancelled) onReply(outcome);
        }));
    });
    return { cancel: () => void (cancelled = true) };
  }

  #transmit(pnn: number, control: OutgoingControl, reqid: number): void {
    const { state } = this.#ports;
    const { opcode, srvid, clientId, flags, data } = control;
    this.#ports.sendToNode(pnn, {
      operation: Operation.REQ_CONTROL,
      generation: state.generation,
      destnode: pnn,
      srcnode: state.pnn,
      reqid,
      opcode,
      srvid,
      clientId,
      flags,
      data,
    });
  }

  #answerNode(request: ReqControl, outcome: ControlOutcome): void {
    const { state } = this.#ports;
    this.#ports.sendToNode(request.srcnode, {
      operation: Operation.REPLY_CONTROL,
      generation: state.generation,
      destnode: request.srcnode,
      srcnode: state.pnn,
      reqid: request.reqid,
      status: outcome.status,
      data: outcome.data,
      error: outcome.error,
    }, isUrgentControl(request));
  }

  /** Decodes, runs the handler, encodes. Every failure of a handler is an answer, not a crash. */
  #execute(
    control: OutgoingControl,
    srcnode: number,
    onReply: (outcome: ControlOutcome) => void,
  ): void {
    const name = controlByOpcode(control.opcode);
    if (name === undefined || !isLiveControl(name)) return onReply(failedControl(""));
    try {
      this.#run(name, control, srcnode, onReply);
    } catch (error) {
      this.#ports.log.outside.error(`Control ${name} from node ${srcnode}: ${messageOf(error)}`);
      // Anything else is a bug or a broken invariant: not something to answer and go on from.
      if (!(error instanceof CtdbError) || error instanceof InvariantError) throw error;
      onReply(failedControl(error instanceof WireError ? "" : messageOf(error)));
    }
  }

  #run<N extends LiveControlName>(
    name: N,
    control: OutgoingControl,
    srcnode: number,
    onReply: (outcome: ControlOutcome) => void,
  ): void {
    const request = decodeControlRequest(name, control);
    const origin: ControlOrigin = {
      srcnode,
      clientId: control.clientId,
      flags: control.flags,
      srvid: control.srvid,
    };
    assertInvariant(this.#handlers !== undefined, `control ${name} before the node is complete`);
    this.#handlers[name](request, origin, (status, value, error) => {
      onReply(outcomeOf(name, status, value, error));
    });
  }
}

function outcomeOf<N extends ControlName>(
  name: N,
  status: number,
  value: ControlReply<N> | undefined,
  error: string | undefined,
): ControlOutcome {
  if (status !== 0) return { status, data: NO_DATA, error: error ?? "" };
  const reply = encodeControlReply(name, value as ControlReply<N>);
  return { status: reply.status, data: reply.data, error: "" };
}

function deferred(
  turns: Turns,
  onReply: (outcome: ControlOutcome) => void,
  outcome: ControlOutcome,
): { cancel(): void } {
  let cancelled = false;
  turns.defer(() => {
    if (!cancelled) onReply(outcome);
  });
  return { cancel: () => void (cancelled = true) };
}
