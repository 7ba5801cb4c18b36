import type { Clock, Logger, Random, Timer } from "../base/mod.ts";
import type { ControlOutcome, RecordsHost } from "../records/mod.ts";
import { type Packet, PlacedMessage, type TunableName } from "../wire/mod.ts";
import type { BrokenLinks } from "./broken-links.ts";
import type { ClientSession } from "./client-session.ts";
import type { ControlRouter } from "./control-router.ts";
import type { LocalClient } from "./local-client.ts";
import type { Messages } from "./messages.ts";
import type { NodePorts } from "./node-ports.ts";
import type { NodeState } from "./node-state.ts";
import type { RequestIds } from "./request-ids.ts";
import { Slices } from "./slices.ts";
import type { SrvidRegistry } from "./srvid-registry.ts";

/** The parts of a node that its records layer uses. */
interface Ports {
  readonly state: NodeState;
  readonly ids: RequestIds;
  readonly controls: ControlRouter;
  readonly messages: Messages;
  readonly registry: SrvidRegistry;
  readonly client: LocalClient;
  readonly brokenLinks: BrokenLinks;
  readonly sendToNode: (pnn: number, packet: Packet) => boolean;
  readonly forward: (pnn: number, frame: Uint8Array) => boolean;
  readonly ports: NodePorts;
  readonly session: (id: number) => ClientSession | undefined;
  readonly forceRecovery: (reason: string) => void;
}

/**
 * The node as the records layer sees it. A class, and no object put together: this is asked several
 * times for each packet, and V8 compiles such calls into the caller only where it knows the shape.
 */
export class NodeRecordsHost implements RecordsHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly #parts: Ports;
  readonly #state: NodeState;
  readonly #ids: RequestIds;
  readonly #slices: Slices;

  constructor(parts: Ports) {
    const { clock, random, log, turns, sliceTurns, loop } = parts.ports;
    this.clock = clock;
    this.random = random;
    this.log = log.child("records");
    this.#parts = parts;
    this.#state = parts.state;
    this.#ids = parts.ids;
    this.#slices = new Slices(
      sliceTurns ?? {
        defer: (callback) => turns.defer(callback),
        now: () => clock.now(),
        giveWay: () => loop?.giveWay(),
      },
    );
  }

  get pnn(): number {
    return this.#state.pnn;
  }

  get generation(): number {
    return this.#state.generation;
  }

  get vnnmap(): readonly number[] {
    return this.#state.vnnmap;
  }

  get recoveryMode(): number {
    return this.#state.recoveryMode;
  }

  get runstate(): number {
    return this.#state.runstate;
  }

  tunable(name: TunableName): number {
    return this.#state.tunable(name);
  }

  nodeFlags(pnn: number): number {
    return this.#state.nodes.flags(pnn);
  }

  activeNodes(): readonly number[] {
    return this.#state.nodes.active();
  }

  connectedNodes(): readonly number[] {
    return this.#state.nodes.connected();
  }

  allocateRequest(owner: object): number {
    return this.#ids.allocate(owner);
  }

  lookupRequest(reqid: number): object | undefined {
    return this.#ids.lookup(reqid);
  }

  releaseRequest(reqid: number): void {
    this.#ids.release(reqid);
  }

  sendToNode(pnn: number, packet: Packet): void {
    if (!this.#parts.sendToNode(pnn, packet)) this.#parts.brokenLinks.lost(pnn);
  }

  forward(pnn: number, frame: Uint8Array): void {
    if (!this.#parts.forward(pnn, frame)) this.#parts.brokenLinks.lost(pnn);
  }

  sendControl(
    pnn: number,
    opcode: number,
    data: Uint8Array,
    options: { timeout_ms?: number; srvid?: bigint; flags?: number; clientId?: number },
    onReply: (outcome: ControlOutcome) => void,
  ): { cancel(): void } {
    const { srvid = 0n, flags = 0, clientId = 0, timeout_ms } = options;
    const control = { opcode, data, srvid, flags, clientId };
    return this.#parts.controls.send(pnn, control, onReply, timeout_ms);
  }

  broadcastControl(destination: number, opcode: number, data: Uint8Array, srvid = 0n): void {
    const control = { opcode, data, srvid, flags: 0, clientId: 0 };
    this.#parts.controls.sendNoReply(destination, control);
  }

  sendMessage(destination: number, srvid: bigint, data: Uint8Array): void {
    this.#parts.messages.send(destination, srvid, data);
  }

  deliverLocal(srvid: bigint, data: Uint8Array): void {
    this.#parts.registry.dispatchExact(PlacedMessage.of(srvid, data));
  }

  registerHandler(srvid: bigint, handler: (data: Uint8Array) => void): () => void {
    return this.#parts.client.borrow(srvid, handler);
  }

  client(id: number): ClientSession | undefined {
    return this.#parts.session(id);
  }

  forceRecovery(reason: string): void {
    this.#parts.forceRecovery(reason);
  }

  fatal(reason: string): never {
    return this.#parts.ports.abort(reason);
  }

  defer(callback: () => void): void {
    this.#parts.ports.turns.defer(callback);
  }

  slice(callback: () => void): void {
    this.#slices.add(callback);
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    return this.clock.setTimer(delay_ms, callback);
  }
}
