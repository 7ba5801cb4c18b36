import {
  BROADCAST_CONNECTED,
  controlByOpcode,
  ControlFlag,
  CURRENT_NODE,
  decode,
  decodeControlRequest,
  decodePacket,
  disableMessage,
  encode,
  encodeControlReply,
  encodePacket,
  FrameSplitter,
  i32,
  isLiveControl,
  type LiveControlName,
  marshalledRecord,
  Operation,
  type Packet,
  recordValue,
  type ReqControl,
  type ReqMessage,
  Srvid,
  srvidMessage,
  u32,
  UNKNOWN_PNN,
} from "../../lib/wire/mod.ts";
import { type FakeCall, fakeControls, Refusal } from "./fake-controls.ts";
import { type FakeRecord, type FakeState, isReachable } from "./fake-state.ts";

/** How a connection may end: a client may leave answers unread, and the test may drop it. */
const ENDS = [
  Deno.errors.BadResource,
  Deno.errors.Interrupted,
  Deno.errors.ConnectionReset,
] as const;

const NO_DATA = new Uint8Array();

/**
 * A daemon that is none: it answers the clients of a Unix socket from a described state, at once and
 * the same way each time. What its node cannot do, such as moving records, it refuses.
 */
export class FakeDaemon implements AsyncDisposable {
  /** May be changed or replaced between two commands. */
  state: FakeState;
  /** Controls that came without asking for an answer, or that nobody answers. */
  readonly unanswered: LiveControlName[] = [];
  /** How many controls have come. */
  controls = 0;
  readonly #directory: string;
  readonly #registrations = new Map<FakeClient, Set<bigint>>();
  readonly #listener: Deno.UnixListener;
  readonly #connections = new Set<Deno.UnixConn>();
  readonly #accepting: Promise<void>;

  private constructor(listener: Deno.UnixListener, directory: string, state: FakeState) {
    this.#listener = listener;
    this.#directory = directory;
    this.state = state;
    this.#accepting = this.#accept();
  }

  /** Listens at the place where a tool in test mode looks, with `directory` as its base. */
  static async start(directory: string, state: FakeState): Promise<FakeDaemon> {
    await Deno.mkdir(`${directory}/run`, { recursive: true });
    await Deno.mkdir(`${directory}/var/db`, { recursive: true });
    const path = `${directory}/run/ctdbd.socket`;
    return new FakeDaemon(Deno.listen({ transport: "unix", path }), directory, state);
  }

  /** Where it listens. */
  get socket(): string {
    return `${this.#directory}/run/ctdbd.socket`;
  }

  /** Sends a message to the clients that listen to `srvid`. */
  send(srvid: bigint, data: Uint8Array): void {
    for (const [client, srvids] of this.#registrations) {
      if (srvids.has(srvid)) client.message(srvid, data);
    }
  }

  /** Ends all connections, as a daemon that dies. */
  dropClients(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.dropClients();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#connections.add(connection);
      serving.push(this.#serve(connection));
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.UnixConn): Promise<void> {
    const splitter = new FrameSplitter();
    const client = new FakeClient(connection);
    try {
      for (;;) {
        const chunk = new Uint8Array(16 * 1024);
        const length = await connection.read(chunk);
        if (length === null) break;
        splitter.push(
          chunk.subarray(0, length),
          (frame) => this.#take(decodePacket(frame), client),
        );
      }
      await client.written;
    } catch (error) {
      if (!ENDS.some((kind) => error instanceof kind)) throw error;
    } finally {
      this.#registrations.delete(client);
      if (this.#connections.delete(connection)) connection.close();
    }
  }

  #take(packet: Packet, client: FakeClient): void {
    if (packet.operation === Operation.REQ_CONTROL) this.#control(packet, client);
    if (packet.operation === Operation.REQ_MESSAGE) this.#message(packet, client);
  }

  #control(packet: ReqControl, client: FakeClient): void {
    this.controls++;
    const name = controlByOpcode(packet.opcode);
    if (name === undefined || !isLiveControl(name)) return client.refuse(packet, -1);
    const pnn = packet.destnode === CURRENT_NODE ? this.state.pnn : packet.destnode;
    if ((packet.flags & ControlFlag.NOREPLY) !== 0) return void this.unanswered.push(name);
    // Nobody answers for the unknown node.
    if (pnn === UNKNOWN_PNN) return;
    if (!isReachable(this.state, pnn)) return client.refuse(packet, -1);
    const fault = this.state.faults
      .find((one) => one.control === name && (one.pnn ?? pnn) === pnn);
    if (fault?.how === "silent") return void this.unanswered.push(name);
    if (fault !== undefined) return client.refuse(packet, -1);
    this.#answer(name, packet, pnn, client);
    if (name === "REGISTER_SRVID") this.#registered(packet.srvid, client);
    if (name === "TRAVERSE_START_EXT") this.#traverse(packet, client);
  }

  #answer(name: LiveControlName, packet: ReqControl, pnn: number, client: FakeClient): void {
    const handler = fakeControls[name] as
      | ((request: unknown, call: FakeCall) => never)
      | undefined;
    if (handler === undefined) return client.refuse(packet, -1);
    try {
      const call = { state: this.state, pnn, directory: this.#directory };
      const reply = encodeControlReply(name, handler(decodeControlRequest(name, packet), call));
      client.send({ ...answerTo(packet), ...reply, error: "" });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      client.refuse(packet, error.status);
    }
  }

  /** A daemon of ours tells who leads at once. */
  #registered(srvid: bigint, client: FakeClient): void {
    const srvids = this.#registrations.get(client) ?? new Set();
    this.#registrations.set(client, srvids.add(srvid));
    const { leader } = this.state;
    if (srvid === Srvid.LEADER && leader !== UNKNOWN_PNN) {
      client.message(srvid, encode(u32, leader));
    }
  }

  #traverse(packet: ReqControl, client: FakeClient): void {
    const { dbId, srvid, reqid } = decodeControlRequest("TRAVERSE_START_EXT", packet);
    for (const { key, value, rsn = 3n } of this.state.records.get(dbId) ?? [ONE_RECORD]) {
      const data = recordValue({ rsn, dmaster: 1, flags: 0 }, value);
      client.message(srvid, encode(marshalledRecord, { reqid, key, data }));
    }
    client.message(srvid, encode(marshalledRecord, { reqid, key: NO_DATA, data: NO_DATA }));
  }

  #message({ srvid, destnode, data }: ReqMessage, client: FakeClient): void {
    const reply = (to: bigint, value: number) => client.message(to, encode(i32, value));
    if (srvid === Srvid.TAKEOVER_RUN && destnode === BROADCAST_CONNECTED) {
      reply(decode(srvidMessage, data).srvid, this.state.leader);
    }
    if (destnode === this.state.pnn || destnode === CURRENT_NODE) this.send(srvid, data);
    const pauses: bigint[] = [Srvid.DISABLE_TAKEOVER_RUNS, Srvid.DISABLE_RECOVERIES];
    if (pauses.includes(srvid)) reply(decode(disableMessage, data).srvid, destnode);
    if (srvid === Srvid.MEM_DUMP) {
      client.message(decode(srvidMessage, data).srvid, new TextEncoder().encode("all memory\0"));
    }
  }
}

/** What a database has on other nodes unless the state says otherwise. */
const ONE_RECORD: FakeRecord = {
  key: new TextEncoder().encode("key"),
  value: new TextEncoder().encode("value"),
};

/** The daemon's side of one connection. */
class FakeClient {
  readonly #connection: Deno.UnixConn;
  written: Promise<void> = Promise.resolve();

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  send(packet: Packet): void {
    const frame = encodePacket(packet);
    this.written = this.written.then(() => this.#write(frame));
  }

  refuse(packet: ReqControl, status: number): void {
    this.send({ ...answerTo(packet), status, data: NO_DATA, error: "" });
  }

  message(srvid: bigint, data: Uint8Array): void {
    const header = { generation: 0, destnode: 0, srcnode: 0, reqid: 0 };
    this.send({ operation: Operation.REQ_MESSAGE, ...header, srvid, data });
  }

  async #write(frame: Uint8Array): Promise<void> {
    try {
      for (let rest = frame; rest.length > 0;) {
        rest = rest.subarray(await this.#connection.write(rest));
      }
    } catch {
      // The client has gone, which it may.
    }
  }
}

function answerTo({ generation, srcnode, destnode, reqid }: ReqControl) {
  const header = { generation, srcnode: destnode, destnode: srcnode, reqid };
  return { operation: Operation.REPLY_CONTROL, ...header };
}
