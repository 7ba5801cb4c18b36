import type { Clock, Timer } from "../base/mod.ts";
import type { DatagramSocket } from "./datagram-socket.ts";
import type { EntryFormat, LogEntry } from "./entry.ts";
import { LogError } from "./errors.ts";
import type { EntrySink } from "./sink.ts";

/** How a {@link DatagramSink} is made. */
export interface DatagramSinkOptions {
  /** Connects to the log server. Called again when sending failed. May throw `LogError`. */
  connect(): DatagramSocket;
  format: EntryFormat;
  clock: Clock;
  /** The entry that tells of `count` lost ones once sending works again. */
  lostNotice(count: number): LogEntry;
  /** Longest datagram; the rest of a longer text is cut off. */
  maxDatagram_bytes: number;
  /** Most entries kept while the server takes none; 0 = drop at once, as `syslog:nonblocking`. */
  maxHeld: number;
}

/** A server that takes nothing is asked again this often while entries wait for it. */
const retry_ms = 100;

/**
 * Entries to a log server, one datagram each. A server that is slow or away never holds the daemon
 * up: entries wait up to a bound, are counted beyond it, and the count is sent when it works again.
 */
export class DatagramSink implements EntrySink {
  readonly #options: DatagramSinkOptions;
  readonly #encoder = new TextEncoder();
  #socket: DatagramSocket | undefined;
  #held: Uint8Array<ArrayBuffer>[] = [];
  #dropped = 0;
  #unreported = 0;
  #retry: Timer | undefined;
  #closed = false;

  constructor(options: DatagramSinkOptions) {
    this.#options = options;
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(entry: LogEntry): void {
    if (this.#closed) return this.#drop(1);
    const datagram = this.#encode(entry);
    if (this.#held.length === 0 && this.#sendAfterLost(datagram)) return;
    if (this.#held.length >= this.#options.maxHeld) return this.#drop(1);
    this.#held.push(datagram);
    this.#armRetry();
  }

  flush(): void {
    let sent = 0;
    while (sent < this.#held.length && this.#send(this.#held[sent]!)) sent++;
    this.#held.splice(0, sent);
    if (this.#held.length > 0) this.#armRetry();
    else this.#reportLost();
  }

  reopen(): void {
    this.#disconnect();
    this.flush();
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#drop(this.#held.length);
    this.#held = [];
    this.#disconnect();
    this.#closed = true;
  }

  #encode(entry: LogEntry): Uint8Array<ArrayBuffer> {
    const bytes = this.#encoder.encode(this.#options.format(entry));
    return bytes.subarray(0, this.#options.maxDatagram_bytes);
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#unreported += count;
  }

  #sendAfterLost(datagram: Uint8Array<ArrayBuffer>): boolean {
    return this.#reportLost() && this.#send(datagram);
  }

  /** Whether nothing is left to be said about lost entries. */
  #reportLost(): boolean {
    if (this.#unreported === 0) return true;
    if (!this.#send(this.#encode(this.#options.lostNotice(this.#unreported)))) return false;
    this.#unreported = 0;
    return true;
  }

  /** A server that was restarted has a new socket behind the old name: one fresh connect helps. */
  #send(datagram: Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.send(datagram)) return true;
    this.#disconnect();
    try {
      this.#socket = this.#options.connect();
    } catch (error) {
      if (error instanceof LogError) return false;
      throw error;
    }
    return this.#socket.send(datagram);
  }

  #disconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #armRetry(): void {
    this.#retry ??= this.#options.clock.setTimer(retry_ms, () => {
      this.#retry = undefined;
      this.flush();
    });
  }
}
