import { CtdbError, messageOf } from "../base/mod.ts";
import { MAX_EVENT_REPLY_BYTES } from "../limits/mod.ts";
import {
  decodeEventReply,
  encodeEventRequest,
  EVENT_RUN_ALL,
  EventCommand,
  type EventdRequest as WireRequest,
  type EventReply,
  FrameSplitter,
} from "../wire/mod.ts";
import {
  type EventRequest,
  type EventService,
  type EventStatusReply,
  LEGACY_COMPONENT,
} from "./event-service.ts";

/** The connection to the event daemon could not be made, or broke. */
export class EventConnectionError extends CtdbError {}

/** Where the C tool starts to count its requests. */
const FIRST_REQID = 0x7fff_ff38;
const READ_SIZE = 64 * 1024;

interface Pending {
  resolve(reply: EventReply): void;
  reject(error: Error): void;
}

/**
 * A client of the event socket (wire.md 12) of our daemon or of the C `ctdb-eventd`.
 *
 * @example
 * ```ts
 * const events = await EventClient.connect("/run/ctdb/eventd.socket");
 * const result = await events.run({ event: "monitor", timeout_s: 30 });
 * await events.close();
 * ```
 */
export class EventClient implements EventService {
  readonly #socket: Deno.UnixConn;
  readonly #pending = new Map<number, Pending>();
  readonly #reading: Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #nextReqid = FIRST_REQID;
  #failure: EventConnectionError | undefined;

  private constructor(socket: Deno.UnixConn) {
    this.#socket = socket;
    this.#reading = this.#read();
  }

  /** Connects. Throws {@link EventConnectionError} if nobody listens at `path`. */
  static async connect(path: string): Promise<EventClient> {
    try {
      return new EventClient(await Deno.connect({ transport: "unix", path }));
    } catch (error) {
      throw new EventConnectionError(`cannot connect to event socket: ${path}`, { cause: error });
    }
  }

  /** {@link EventService.run}; throws {@link EventConnectionError} when the connection breaks. */
  async run(request: EventRequest): Promise<number> {
    const { component = LEGACY_COMPONENT, event, args = "", timeout_s, runAll } = request;
    const { result } = await this.#call({
      command: EventCommand.RUN,
      component,
      event,
      args: args === "" ? null : args,
      timeout_s: Math.max(0, timeout_s),
      flags: runAll ? EVENT_RUN_ALL : 0,
    });
    return result;
  }

  /** {@link EventService.status}; throws as {@link run} does. */
  async status(component: string, event: string): Promise<EventStatusReply> {
    const { result, status } = await this.#call({
      command: EventCommand.STATUS,
      component,
      event,
    });
    if (status === null) return { result };
    const scripts = status.scripts.map(({ name, begin, end, result, output }) => ({
      name,
      begin_us: begin,
      end_us: end,
      result,
      output,
    }));
    return { result: 0, record: { summary: status.summary, scripts } };
  }

  /** {@link EventService.setScript}; throws as {@link run} does. */
  async setScript(
    component: string,
    script: string,
    action: "enable" | "disable",
  ): Promise<number> {
    const { result } = await this.#call({
      command: EventCommand.SCRIPT,
      component,
      script,
      action: action === "enable" ? 1 : 0,
    });
    return result;
  }

  /** Closes the connection. Calls that are still out fail. Closing twice does nothing. */
  async close(): Promise<void> {
    this.#fail(new EventConnectionError("call event daemon: connection closed"));
    await this.#reading;
  }

  #call(request: WireRequest): Promise<EventReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const reqid = this.#nextReqid;
    this.#nextReqid = (this.#nextReqid + 1) >>> 0;
    return new Promise((resolve, reject) => {
      const frame = encodeEventRequest(reqid, request);
      this.#pending.set(reqid, { resolve, reject });
      this.#send(frame);
    });
  }

  #send(frame: Uint8Array): void {
    this.#writing = this.#writing.then(async () => {
      let rest = frame;
      while (rest.length > 0) rest = rest.subarray(await this.#socket.write(rest));
    }).catch((error) => this.#broken(messageOf(error)));
  }

  async #read(): Promise<void> {
    const splitter = new FrameSplitter({ maxFrameSize: MAX_EVENT_REPLY_BYTES });
    const chunk = new Uint8Array(READ_SIZE);
    try {
      while (true) {
        const length = await this.#socket.read(chunk);
        if (length === null) return this.#broken("closed by the daemon");
        splitter.push(chunk.subarray(0, length), (frame) => this.#take(frame));
      }
    } catch (error) {
      this.#broken(messageOf(error));
    }
  }

  #take(frame: Uint8Array): void {
    const { reqid, body } = decodeEventReply(frame);
    this.#pending.get(reqid)?.resolve(body);
    this.#pending.delete(reqid);
  }

  #broken(reason: string): void {
    this.#fail(new EventConnectionError(`call event daemon, connection broken: ${reason}`));
  }

  #fail(error: EventConnectionError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#socket.close();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
