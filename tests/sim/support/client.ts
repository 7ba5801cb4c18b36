import {
  ControlFlag,
  type ControlReply,
  type ControlRequest,
  controls,
  CURRENT_NODE,
  decodeControlReply,
  decodePacket,
  encodeControlRequest,
  encodePacket,
  isControlFailure,
  type LiveControlName,
  Operation,
  type Packet,
  type ReplyCall,
  type ReplyControl,
  UNKNOWN_PNN,
} from "../../../lib/wire/mod.ts";
import { ControlError } from "../../../lib/client/mod.ts";
import type { Machine } from "./machine.ts";
import type { SimulatedProcess } from "./simulated-process.ts";
import type { SocketConnection } from "./simulated-socket.ts";

/** A process with a connection to its local daemon. It dies with that connection, as smbd does. */
export class Client {
  readonly machine: Machine;
  readonly process: SimulatedProcess;
  readonly #connection: SocketConnection;
  readonly #waiting = new Map<number, (packet: Packet) => void>();
  #nextReqid = 1;
  /** Messages for the srvids that were registered. */
  onMessage: (srvid: bigint, data: Uint8Array) => void = () => {};

  private constructor(machine: Machine, process: SimulatedProcess, connection: SocketConnection) {
    this.machine = machine;
    this.process = process;
    this.#connection = connection;
  }

  /** `undefined` when no daemon listens. */
  static connect(machine: Machine, name: string): Client | undefined {
    const socket = machine.daemon?.socket;
    if (socket === undefined) return undefined;
    const process = machine.newProcess(name);
    const connection = socket.connect(process, {
      frame: (frame) => client.#received(frame),
      closed: () => process.kill(),
    });
    if (connection === undefined) return undefined;
    const client = new Client(machine, process, connection);
    machine.clients.set(process.pid, process);
    process.atEnd(() => machine.clients.delete(process.pid));
    return client;
  }

  get pnn(): number {
    return this.machine.pnn;
  }

  sleep(delay_ms: number): Promise<void> {
    return new Promise((resolve) => void this.process.setTimer(delay_ms, resolve));
  }

  /** Sends a control and waits for the answer as long as it takes. Throws a ControlError. */
  async control<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
  ): Promise<ControlReply<N>> {
    const reqid = this.#nextReqid++;
    const reply = await this.#ask<ReplyControl>(
      reqid,
      this.#controlFrame(pnn, name, request, reqid, 0),
      `${name} to ${pnn === CURRENT_NODE ? "its node" : `node ${pnn}`}`,
    );
    if (isControlFailure(name, reply.status)) {
      throw new ControlError(name, pnn, reply.status, reply.error);
    }
    return decodeControlReply(name, reply);
  }

  controlNoReply<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
  ): void {
    this.#connection.write(this.#controlFrame(pnn, name, request, 0, ControlFlag.NOREPLY));
  }

  /** A REQ_CALL to the own node; returns the data of the reply. */
  async call(dbId: number, key: Uint8Array, callid: number, flags: number): Promise<Uint8Array> {
    const reqid = this.#nextReqid++;
    const frame = encodePacket({
      operation: Operation.REQ_CALL,
      ...header(CURRENT_NODE, reqid),
      flags,
      dbId,
      callid,
      hopcount: 0,
      key,
      calldata: new Uint8Array(),
    }, "tool");
    const what = `call 0x${callid.toString(16)} on 0x${dbId.toString(16)} ${
      String.fromCharCode(...key)
    }`;
    const reply = await this.#ask<ReplyCall>(reqid, frame, what);
    return reply.data;
  }

  message(pnn: number, srvid: bigint, data: Uint8Array): void {
    this.#connection.write(
      encodePacket({ operation: Operation.REQ_MESSAGE, ...header(pnn, 0), srvid, data }, "tool"),
    );
  }

  async #ask<P extends Packet>(reqid: number, frame: Uint8Array, what: string): Promise<P> {
    const call = this.machine.scene.calls.begin(this.process, what);
    const reply = new Promise<Packet>((resolve) => this.#waiting.set(reqid, resolve));
    this.#connection.write(frame);
    const packet = await reply;
    call.end();
    return packet as P;
  }

  #controlFrame<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    reqid: number,
    flags: number,
  ): Uint8Array {
    return encodePacket({
      operation: Operation.REQ_CONTROL,
      ...header(pnn, reqid),
      opcode: controls[name].opcode,
      clientId: 0,
      flags,
      ...encodeControlRequest(name, request),
    }, "tool");
  }

  #received(frame: Uint8Array): void {
    const packet = decodePacket(frame);
    if (packet.operation === Operation.REQ_MESSAGE) {
      return this.onMessage(packet.srvid, packet.data);
    }
    const resolve = this.#waiting.get(packet.reqid);
    this.#waiting.delete(packet.reqid);
    if (resolve === undefined) {
      this.machine.scene.fail(`${this.process.name} got an answer to nothing: ${packet.reqid}`);
    }
    resolve?.(packet);
  }
}

function header(destnode: number, reqid: number) {
  return { generation: 0, destnode, srcnode: UNKNOWN_PNN, reqid };
}
