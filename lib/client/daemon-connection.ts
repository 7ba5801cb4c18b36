import { messageOf, ReadArena, setLateTimer, type Timer, WriteQueue } from "../base/mod.ts";
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
  FrameSplitter,
  isControlFailure,
  type LiveControlName,
  Operation,
  type Packet,
  type ReplyControl,
  UNKNOWN_PNN,
} from "../wire/mod.ts";
import type { ClusterClient, ControlOptions } from "./cluster-client.ts";
import { ConnectionError, ControlError, RequestTimeoutError } from "./errors.ts";

/** How long a control may take unless the call says else. */
export const DEFAULT_CONTROL_TIMEOUT_MS = 10_000;

/** How to connect. */
export interface ConnectOptions {
  /** The time-out of controls that name none. */
  readonly timeout_ms?: number;
  /** Stops connecting. */
  readonly signal?: AbortSignal;
}

/** A call about a record, as REQ_CALL carries it (`wire.md` 3.1). */
export interface RecordCall {
  readonly dbId: number;
  readonly callid: number;
  readonly flags: number;
  readonly key: Uint8Array;
}

/** Who hears the messages to a srvid, and when the daemon knows of it. */
interface Subscription {
  readonly handlers: Set<(data: Uint8Array) => void>;
  readonly registered: Promise<unknown>;
}

interface Waiting {
  readonly reply: (packet: Packet) => void;
  readonly fail: (error: Error) => void;
}

/**
 * A connection to the local daemon's Unix socket (`wire.md` 2.4). Speaks to any CTDB daemon, ours or
 * the C one.
 *
 * @example
 * ```ts
 * await using daemon = await DaemonConnection.connect("/run/ctdb/ctdbd.socket");
 * console.log(daemon.pnn, await daemon.control(daemon.pnn, "GET_RUNSTATE", undefined));
 * ```
 */
export class DaemonConnection implements ClusterClient {
  readonly #connection: Deno.UnixConn;
  readonly #timeout_ms: number;
  readonly #queue: WriteQueue;
  readonly #waiting = new Map<number, Waiting>();
  readonly #subscriptions = new Map<bigint, Subscription>();
  readonly #ended = Promise.withResolvers<void>();
  #writing: Promise<void> = Promise.resolve();
  #nextReqid = 1;
  #pnn = UNKNOWN_PNN;
  #failure: ConnectionError | undefined;
  /** Tunnel packets; set by who registered a tunnel. */
  onTunnel: (tunnelId: bigint, flags: number, data: Uint8Array) => void = () => {};

  private constructor(connection: Deno.UnixConn, timeout_ms: number) {
    this.#connection = connection;
    this.#timeout_ms = timeout_ms;
    this.#queue = new WriteQueue((bytes) => this.#write(bytes));
  }

  /**
   * Connects and learns the daemon's pnn.
   *
   * @throws {ConnectionError} no daemon listens at `path`, or it does not answer
   */
  static async connect(path: string, options: ConnectOptions = {}): Promise<DaemonConnection> {
    const timeout_ms = options.timeout_ms ?? DEFAULT_CONTROL_TIMEOUT_MS;
    let connection: Deno.UnixConn;
    try {
      connection = await Deno.connect({ transport: "unix", path });
    } catch (error) {
      throw new ConnectionError(`Connect to the daemon: ${path}: ${messageOf(error)}`, {
        cause: error,
        errno: errnoOf(error),
      });
    }
    const client = new DaemonConnection(connection, timeout_ms);
    client.#readLoop();
    try {
      const signal = options.signal === undefined ? {} : { signal: options.signal };
      client.#pnn = await client.control(CURRENT_NODE, "GET_PNN", undefined, signal);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  get pnn(): number {
    return this.#pnn;
  }

  /** Settles when the connection has ended, whoever ended it. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  close(): void {
    this.#queue.flush();
    this.#fail(new ConnectionError("Connection to the daemon: closed"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.flush();
    await this.#writing;
    this.close();
  }

  async control<N extends LiveControlName>(
    pnn: number,
    name: N,
    request: ControlRequest<N>,
    options: ControlOptions = {},
  ): Promise<ControlReply<N>> {
    const reply = await this.#request<ReplyControl>(
      (reqid) => this.#controlFrame(pnn, name, request, reqid, options),
      Operation.REPLY_CONTROL,
      options.timeout_ms ?? this.#timeout_ms,
      options.signal,
      `Control ${name} to node ${pnn}`,
    );
    if (isControlFailure(name, reply.status)) {
      throw new ControlError(name, pnn, reply.status, reply.error);
    }
    return decodeControlReply(name, reply);
  }

  controlNoReply<N extends LiveControlName>(
    destination: number,
    name: N,
    request: ControlRequest<N>,
    srvid?: bigint,
  ): void {
    const options = { flags: ControlFlag.NOREPLY, ...(srvid === undefined ? {} : { srvid }) };
    this.#send(this.#controlFrame(destination, name, request, 0, options));
  }

  message(destination: number, srvid: bigint, data: Uint8Array): void {
    this.#send(encodePacket({
      operation: Operation.REQ_MESSAGE,
      ...this.#header(destination, 0),
      srvid,
      data,
    }, "tool"));
  }

  async subscribe(srvid: bigint, handler: (data: Uint8Array) => void): Promise<() => void> {
    let subscription = this.#subscriptions.get(srvid);
    if (subscription === undefined) {
      const registered = this.control(CURRENT_NODE, "REGISTER_SRVID", srvid);
      subscription = { handlers: new Set(), registered };
      this.#subscriptions.set(srvid, subscription);
    }
    const { handlers, registered } = subscription;
    handlers.add(handler);
    try {
      await registered;
    } catch (error) {
      this.#subscriptions.delete(srvid);
      throw error;
    }
    return () => this.#unsubscribe(srvid, handler);
  }

  /**
   * Sends a call about a record to the local daemon and waits for its answer, which may take as long
   * as a recovery does.
   *
   * @returns the data of the reply
   */
  async call(call: RecordCall, signal?: AbortSignal): Promise<Uint8Array> {
    const reply = await this.#request(
      (reqid) =>
        encodePacket({
          operation: Operation.REQ_CALL,
          ...this.#header(CURRENT_NODE, reqid),
          ...call,
          hopcount: 0,
          calldata: new Uint8Array(),
        }, "tool"),
      Operation.REPLY_CALL,
      0,
      signal,
      `Call 0x${call.callid.toString(16)} on database 0x${call.dbId.toString(16)}`,
    );
    return (reply as Packet & { data: Uint8Array }).data;
  }

  /** Sends a packet through a tunnel that this connection has registered. */
  tunnel(pnn: number, tunnelId: bigint, flags: number, data: Uint8Array): void {
    this.#send(encodePacket({
      operation: Operation.REQ_TUNNEL,
      ...this.#header(pnn, 0),
      tunnelId,
      flags,
      data,
    }, "tool"));
  }

  #header(destnode: number, reqid: number) {
    return { generation: 0, destnode, srcnode: this.#pnn, reqid };
  }

  #controlFrame<N extends LiveControlName>(
    destnode: number,
    name: N,
    request: ControlRequest<N>,
    reqid: number,
    options: ControlOptions,
  ): Uint8Array {
    const parts = encodeControlRequest(name, request);
    return encodePacket({
      operation: Operation.REQ_CONTROL,
      ...this.#header(destnode, reqid),
      opcode: controls[name].opcode,
      srvid: options.srvid ?? parts.srvid,
      clientId: 0,
      flags: options.flags ?? 0,
      data: parts.data,
    }, "tool");
  }

  #unsubscribe(srvid: bigint, handler: (data: Uint8Array) => void): void {
    const handlers = this.#subscriptions.get(srvid)?.handlers;
    if (handlers === undefined || !handlers.delete(handler) || handlers.size > 0) return;
    this.#subscriptions.delete(srvid);
    // Nobody waits for the answer; a connection that has ended has no registrations either.
    if (this.isOpen) this.control(CURRENT_NODE, "DEREGISTER_SRVID", srvid).catch(() => {});
  }

  #request<P extends Packet>(
    frame: (reqid: number) => Uint8Array,
    operation: P["operation"],
    timeout_ms: number,
    signal: AbortSignal | undefined,
    what: string,
  ): Promise<P> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<P>();
    const reqid = this.#allocate();
    const timer = timeout_ms === 0 ? undefined : setPatientTimer(
      timeout_ms,
      () => reject(new RequestTimeoutError(`${what}: no answer in ${timeout_ms} ms`)),
    );
    const onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.set(reqid, {
      fail: reject,
      reply: (packet) => {
        if (packet.operation === operation) resolve(packet as P);
        else reject(new ConnectionError(`${what}: answered by operation ${packet.operation}`));
      },
    });
    this.#send(frame(reqid));
    return promise.finally(() => {
      timer?.cancel();
      signal?.removeEventListener("abort", onAbort);
      this.#waiting.delete(reqid);
    });
  }

  #allocate(): number {
    do this.#nextReqid = this.#nextReqid >= 0x7fffffff ? 1 : this.#nextReqid + 1; while (
      this.#waiting.has(this.#nextReqid)
    );
    return this.#nextReqid;
  }

  #send(frame: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#queue.push(frame);
  }

  /** Writes one after the other: Deno's `write` may take only a part. */
  #write(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(async () => {
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await this.#connection.write(rest));
      }
    }).catch((error) => this.#fail(asConnectionError(error)));
  }

  async #readLoop(): Promise<void> {
    const arena = new ReadArena();
    const splitter = new FrameSplitter();
    try {
      while (this.isOpen) {
        const length = await this.#connection.read(arena.space());
        if (length === null) throw new ConnectionError("Connection to the daemon: it has ended");
        splitter.push(arena.take(length), (frame) => this.#dispatch(decodePacket(frame)));
      }
    } catch (error) {
      this.#fail(asConnectionError(error));
    }
  }

  #dispatch(packet: Packet): void {
    switch (packet.operation) {
      case Operation.REQ_MESSAGE:
        for (const handler of [...this.#subscriptions.get(packet.srvid)?.handlers ?? []]) {
          handler(packet.data);
        }
        return;
      case Operation.REQ_TUNNEL:
        return this.onTunnel(packet.tunnelId, packet.flags, packet.data);
      default:
        this.#waiting.get(packet.reqid)?.reply(packet);
    }
  }

  #fail(error: ConnectionError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { fail } of [...this.#waiting.values()]) fail(error);
    try {
      this.#connection.close();
    } catch {
      // The other side closed it already.
    }
    this.#ended.resolve();
  }
}

/** Deno puts the number of a system error only into its text. */
function errnoOf(error: unknown): number {
  return Number(/\(os error (\d+)\)/.exec(messageOf(error))?.[1] ?? 0);
}

function asConnectionError(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  return new ConnectionError(`Connection to the daemon: ${messageOf(error)}`, { cause: error });
}

/** A timer that is later than this comes to a process that was held up, */
const HELD_UP_MS = 100;
/** which reads for so long what has come meanwhile. */
const CATCH_UP_MS = 100;

/** Runs `callback` after `delay_ms`, when what has come until then was read. */
function setPatientTimer(delay_ms: number, callback: () => void): Timer {
  let timer: Timer;
  const arm = (wait_ms: number) => {
    const due_ms = performance.now() + wait_ms;
    timer = setLateTimer(wait_ms, () => {
      if (performance.now() - due_ms > HELD_UP_MS) arm(CATCH_UP_MS);
      else callback();
    });
  };
  arm(delay_ms);
  return { cancel: () => timer.cancel() };
}
