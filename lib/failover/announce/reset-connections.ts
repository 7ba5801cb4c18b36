import { type Logger, nullLogger } from "../../base/mod.ts";
import { RESET_BATCH_CONNECTIONS } from "../../limits/mod.ts";
import { formatSocketAddress, type SocketAddress } from "../../wire/mod.ts";
import { toEndpoint } from "./announcer.ts";
import { RawSocketError } from "./errors.ts";
import { RawSocket } from "./raw-socket.ts";
import {
  type Endpoint,
  OUR_WINDOW,
  parseTcpFrame,
  TcpFlag,
  tcpPacket,
  type TcpSegment,
} from "./tcp-segment.ts";

/** A connection to be reset at its server end, in the name of the client. */
export interface ConnectionPair {
  readonly client: SocketAddress;
  readonly server: SocketAddress;
}

const ATTEMPTS = 50;
const INTERVAL_MS = 100;
/** Enough of a frame for Ethernet, the longest IPv4 header and TCP's. */
const CAPTURE_BYTES = 100;

/**
 * The trick of `failover.md` 12 without its sockets: forged ACKs make the server's stack answer
 * with the real sequence numbers, and these make a reset that it believes.
 */
export class ConnectionResetter {
  readonly #remaining = new Map<string, { client: Endpoint; server: Endpoint }>();
  readonly #send: (segment: TcpSegment) => void;

  /** `send` sends one segment; what it throws ends the call that sent it. */
  constructor(pairs: readonly ConnectionPair[], send: (segment: TcpSegment) => void) {
    this.#send = send;
    for (const pair of pairs) {
      const ends = { client: toEndpoint(pair.client), server: toEndpoint(pair.server) };
      this.#remaining.set(keyOf(ends.client, ends.server), ends);
    }
  }

  /** Connections that have not been reset yet. */
  get remaining(): number {
    return this.#remaining.size;
  }

  /** Provokes an answer for the next connections; those asked go to the end of the line. */
  ask(onError: (error: unknown) => void): void {
    for (
      const [key, { client, server }] of [...this.#remaining].slice(0, RESET_BATCH_CONNECTIONS)
    ) {
      this.#remaining.delete(key);
      this.#remaining.set(key, { client, server });
      try {
        this.#send(segmentBetween(client, server, TcpFlag.ACK, 0, 0));
      } catch (error) {
        onError(error);
      }
    }
  }

  /** Looks at a captured segment; resets its connection if it is one of ours. */
  captured(segment: TcpSegment): void {
    const ours = segment.window === OUR_WINDOW &&
      (segment.seq === 0 || (segment.flags & TcpFlag.RST) !== 0);
    if (ours) return;
    const server = segment.source;
    const client = segment.destination;
    if (!this.#remaining.delete(keyOf(client, server))) return;
    const flags = TcpFlag.RST | TcpFlag.ACK;
    this.#send(segmentBetween(client, server, flags, segment.ack, segment.seq));
  }
}

function segmentBetween(
  source: Endpoint,
  destination: Endpoint,
  flags: number,
  seq: number,
  ack: number,
): TcpSegment {
  return { source, destination, flags, seq, ack, window: OUR_WINDOW };
}

const keyOf = (client: Endpoint, server: Endpoint) =>
  `${client.address.join()}:${client.port} ${server.address.join()}:${server.port}`;

/**
 * Resets the server end of each connection, for at most 5 s. Resolves to the number that could not
 * be reset; that is no error, the other end may long be gone.
 *
 * @throws {RawSocketError} if the sockets cannot be opened.
 */
export async function resetConnections(
  pairs: readonly ConnectionPair[],
  log: Logger = nullLogger,
): Promise<number> {
  if (pairs.length === 0) return 0;
  const capture = RawSocket.capture();
  const senders = new Map<number, RawSocket>();
  try {
    const resetter = new ConnectionResetter(pairs, (segment) => {
      const { address } = segment.destination;
      let socket = senders.get(address.length);
      if (socket === undefined) {
        socket = RawSocket.ip(address.length === 4 ? 4 : 6);
        senders.set(address.length, socket);
      }
      socket.sendPacket(tcpPacket(segment), address);
    });
    for (let attempt = 0; attempt < ATTEMPTS && resetter.remaining > 0; attempt++) {
      resetter.ask((error) => logOrThrow(log, error));
      await captureFor(INTERVAL_MS, capture, resetter, log);
    }
    return resetter.remaining;
  } finally {
    capture.close();
    for (const socket of senders.values()) socket.close();
  }
}

/** Feeds the resetter with what passes by, until the time is over or nothing is left to do. */
async function captureFor(
  duration_ms: number,
  capture: RawSocket,
  resetter: ConnectionResetter,
  log: Logger,
): Promise<void> {
  const buffer = new Uint8Array(CAPTURE_BYTES);
  const end = performance.now() + duration_ms;
  for (;;) {
    const left = end - performance.now();
    if (left <= 0 || resetter.remaining === 0 || !await capture.readable(left)) return;
    for (;;) {
      const length = capture.receive(buffer);
      if (length < 0 || performance.now() >= end) break;
      const segment = parseTcpFrame(buffer.subarray(0, length));
      if (segment === undefined) continue;
      try {
        resetter.captured(segment);
      } catch (error) {
        logOrThrow(log, error);
      }
    }
  }
}

function logOrThrow(log: Logger, error: unknown): void {
  if (!(error instanceof RawSocketError) || error.notPermitted) throw error;
  log.error(`reset connection: ${error.message}`);
}

/** A pair as `client server`, for messages. */
export function formatPair({ client, server }: ConnectionPair): string {
  return `${formatSocketAddress(client)} ${formatSocketAddress(server)}`;
}
