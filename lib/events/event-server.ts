import { type Logger, messageOf, systemClock, type Timer } from "../base/mod.ts";
import {
  MAX_EVENT_CONNECTIONS,
  MAX_EVENT_REQUEST_BYTES,
  MAX_OUTSTANDING_EVENT_REQUESTS,
} from "../limits/mod.ts";
import {
  decodeEventRequest,
  encodeEventReply,
  EVENT_RUN_ALL,
  EventCommand,
  type EventdRequest as WireRequest,
  type EventReply,
  type EventStatus as WireStatus,
  FrameSplitter,
  WireError,
} from "../wire/mod.ts";
import type { EventService } from "./event-service.ts";

const READ_SIZE = 16 * 1024;
const ACCEPT_PAUSE_MS = 1_000;

/** Only root may raise events. */
const SOCKET_MODE = 0o700;

/** What an {@link EventServer} is made from. */
export interface EventServerOptions {
  /** The socket's path: `eventd.socket` in the run directory. */
  readonly path: string;
  readonly service: EventService;
  readonly log: Logger;
}

/**
 * The event socket (wire.md 12): lets `ctdb-event`, ours and the C one, run events and read status.
 *
 * A client that goes away does not stop its event. One that sends what cannot be decoded loses its
 * connection.
 */
export class EventServer {
  readonly #options: EventServerOptions;
  readonly #listener: Deno.UnixListener;
  readonly #connections = new Set<EventConnection>();
  readonly #accepting: Promise<void>;
  #closed = false;
  #pauseTimer: Timer | undefined;
  #wake: (() => void) | undefined;

  private constructor(options: EventServerOptions, listener: Deno.UnixListener) {
    this.#options = options;
    this.#listener = listener;
    this.#accepting = this.#accept();
  }

  /**
   * Begins to listen. A file or link that is in the way is removed: the caller holds the daemon's
   * lock, so nobody can be behind it.
   */
  static async listen(options: EventServerOptions): Promise<EventServer> {
    const stale = await Deno.lstat(options.path).catch(() => undefined);
    if (stale !== undefined && !stale.isDirectory) await Deno.remove(options.path);
    const listener = Deno.listen({ transport: "unix", path: options.path });
    await Deno.chmod(options.path, SOCKET_MODE);
    return new EventServer(options, listener);
  }

  /** Closes the socket and all connections, and removes the file. Events go on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    this.#pauseTimer?.cancel();
    this.#wake?.();
    for (const connection of this.#connections) connection.close();
    await this.#accepting;
    await Promise.all([...this.#connections].map((connection) => connection.closed));
    await Deno.remove(this.#options.path).catch(() => undefined);
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#admit(await this.#listener.accept());
      } catch (error) {
        if (this.#closed) return;
        this.#options.log.warning(`event socket: cannot accept: ${messageOf(error)}`);
        await this.#pause();
      }
    }
  }

  #admit(socket: Deno.UnixConn): void {
    if (this.#connections.size >= MAX_EVENT_CONNECTIONS) {
      this.#options.log.outside.warning(
        `event socket: too many connections: ${MAX_EVENT_CONNECTIONS}`,
      );
      socket.close();
      return;
    }
    const connection = new EventConnection(socket, this.#options);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }

  /** Without descriptors the next accept fails too: that must not become a busy loop. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#pauseTimer = systemClock.setTimer(ACCEPT_PAUSE_MS, resolve);
    });
  }
}

/** One client of the event socket. */
class EventConnection {
  /** Resolves when the connection is closed and its reader has ended. */
  readonly closed: Promise<void>;
  readonly #socket: Deno.UnixConn;
  readonly #service: EventService;
  readonly #log: Logger;
  #outstanding = 0;
  #open = true;
  #writing: Promise<void> = Promise.resolve();

  constructor(socket: Deno.UnixConn, { service, log }: EventServerOptions) {
    this.#socket = socket;
    this.#service = service;
    this.#log = log;
    this.closed = this.#serve();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
  }

  async #serve(): Promise<void> {
    const splitter = new FrameSplitter({ maxFrameSize: MAX_EVENT_REQUEST_BYTES });
    const chunk = new Uint8Array(READ_SIZE);
    try {
      while (this.#open) {
        const length = await this.#socket.read(chunk);
        if (length === null) break;
        // Decoding copies what it keeps, so the chunk can be reused.
        splitter.push(chunk.subarray(0, length), (frame) => this.#take(frame));
      }
    } catch (error) {
      if (this.#open) {
        this.#log.outside.warning(`event socket: client dropped: ${messageOf(error)}`);
      }
    } finally {
      this.close();
    }
  }

  #take(frame: Uint8Array): void {
    if (this.#outstanding >= MAX_OUTSTANDING_EVENT_REQUESTS) {
      throw new WireError("value", `too many requests at once: ${this.#outstanding + 1}`);
    }
    const { reqid, body } = decodeEventRequest(frame);
    const reply = this.#answer(body);
    this.#outstanding += 1;
    void reply.then((answer) => this.#send(encodeEventReply(reqid, answer))).catch((error) => {
      if (this.#open) this.#log.outside.warning(`event socket: cannot reply: ${messageOf(error)}`);
      this.close();
    }).finally(() => this.#outstanding -= 1);
  }

  async #answer(request: WireRequest): Promise<EventReply> {
    const { command } = request;
    switch (command) {
      case EventCommand.RUN: {
        const { component, event, args, timeout_s, flags } = request;
        const runAll = (flags & EVENT_RUN_ALL) !== 0;
        const run = { component, event, args: args ?? "", timeout_s, runAll };
        return { command, result: await this.#service.run(run), status: null };
      }
      case EventCommand.STATUS:
        return await this.#status(request);
      case EventCommand.SCRIPT: {
        const { component, script } = request;
        const result = await this.#service.setScript(component, script, actionOf(request.action));
        return { command, result, status: null };
      }
    }
  }

  async #status({ command, component, event }: WireStatus): Promise<EventReply> {
    const { result, record } = await this.#service.status(component, event);
    if (record === undefined) return { command, result, status: null };
    const scripts = record.scripts.map(({ name, begin_us, end_us, result, output }) => ({
      name,
      begin: begin_us,
      end: end_us,
      result,
      output,
    }));
    return { command, result, status: { summary: record.summary, scripts } };
  }

  /** One reply after the other; after the client has gone they are dropped. */
  #send(frame: Uint8Array): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      let rest = frame;
      while (this.#open && rest.length > 0) rest = rest.subarray(await this.#socket.write(rest));
    });
    return this.#writing;
  }
}

/** The C daemon drops a client with an unknown action, as with anything it cannot decode. */
function actionOf(action: number): "enable" | "disable" {
  if (action > 1) throw new WireError("value", `decode event script request, action: ${action}`);
  return action === 1 ? "enable" : "disable";
}
