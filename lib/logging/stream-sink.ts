import type { Clock, Timer } from "../base/mod.ts";
import { joinBytes, LogLevel } from "../base/mod.ts";
import { MAX_HELD_LOG_BYTES } from "../limits/mod.ts";
import type { EntryFormat, LogEntry } from "./entry.ts";
import { LogError } from "./errors.ts";
import type { EntrySink } from "./sink.ts";

/** What lines are written to: an open file or standard error. */
export interface LogStream {
  /** Writes some of `bytes` and says how many; throws when it can take none (disk full). */
  writeSync(bytes: Uint8Array): number;
  close(): void;
}

/** How a {@link StreamSink} is made. */
export interface StreamSinkOptions {
  /** Opens the stream; called at once and by every `reopen`. May throw `LogError`. */
  open(): LogStream;
  format: EntryFormat;
  clock: Clock;
  /** The entry that tells of `count` lost ones once writing works again. */
  lostNotice(count: number): LogEntry;
  /** Most bytes kept while the stream takes nothing. Default 1 MiB. */
  maxHeld_bytes?: number;
}

/** A full disk is asked again this often; lines in between wait in memory. */
const retry_ms = 1000;

/**
 * Lines to a file or terminal. All lines of one turn of the event loop leave in one write; an error
 * line leaves at once, so that it is there even when the process dies of what it tells about.
 *
 * While the stream refuses (disk full), lines are kept up to a bound and then counted; the count is
 * written before the first line that gets through again.
 */
export class StreamSink implements EntrySink {
  readonly #options: StreamSinkOptions;
  readonly #maxHeld_bytes: number;
  readonly #encoder = new TextEncoder();
  #stream: LogStream | undefined;
  #held: Uint8Array[] = [];
  #held_bytes = 0;
  #dropped = 0;
  #unreported = 0;
  #flushQueued = false;
  #retry: Timer | undefined;

  constructor(options: StreamSinkOptions) {
    this.#options = options;
    this.#maxHeld_bytes = options.maxHeld_bytes ?? MAX_HELD_LOG_BYTES;
    this.#stream = options.open();
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(entry: LogEntry): void {
    const bytes = this.#encode(entry);
    if (this.#stream === undefined || !this.#makeRoom(bytes.length)) return this.#drop(1);
    this.#hold(bytes);
    if (this.#retry !== undefined) return;
    if (entry.level <= LogLevel.ERROR) this.flush();
    else this.#queueFlush();
  }

  flush(): void {
    if (this.#stream === undefined || this.#held.length === 0) return;
    this.#retry?.cancel();
    this.#retry = undefined;
    try {
      this.#drain(this.#stream);
      this.#reportLost(this.#stream);
    } catch {
      // Not an error of whoever logs: the lines wait, and the stream is asked again.
      this.#retry = this.#options.clock.setTimer(retry_ms, () => this.flush());
    }
  }

  reopen(): void {
    if (this.#stream === undefined) return;
    const fresh = this.#options.open();
    this.flush();
    this.#stream.close();
    this.#stream = fresh;
    this.flush();
  }

  close(): void {
    if (this.#stream === undefined) return;
    this.flush();
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#drop(this.#held.length);
    this.#held = [];
    this.#held_bytes = 0;
    this.#stream.close();
    this.#stream = undefined;
  }

  #encode(entry: LogEntry): Uint8Array {
    return this.#encoder.encode(`${this.#options.format(entry)}\n`);
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes);
    this.#held_bytes += bytes.length;
  }

  /** A busy turn may fill the buffer of a healthy stream: then it is written before its time. */
  #makeRoom(size: number): boolean {
    const fits = () => this.#held_bytes + size <= this.#maxHeld_bytes;
    if (!fits() && this.#retry === undefined) this.flush();
    return fits() || this.#held.length === 0;
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#unreported += count;
  }

  #queueFlush(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      if (this.#retry === undefined) this.flush();
    });
  }

  #drain(stream: LogStream): void {
    while (this.#held.length > 0) {
      const all = joinBytes(this.#held);
      let done = 0;
      try {
        while (done < all.length) done += writeSome(stream, all.subarray(done));
      } finally {
        this.#forget(done);
      }
    }
  }

  /** Takes the first `count` bytes off what is held; a line may have left in part. */
  #forget(count: number): void {
    this.#held_bytes -= count;
    let whole = 0;
    while (whole < this.#held.length && count >= this.#held[whole]!.length) {
      count -= this.#held[whole]!.length;
      whole++;
    }
    this.#held.splice(0, whole);
    if (count > 0) this.#held[0] = this.#held[0]!.subarray(count);
  }

  #reportLost(stream: LogStream): void {
    if (this.#unreported === 0) return;
    this.#hold(this.#encode(this.#options.lostNotice(this.#unreported)));
    this.#unreported = 0;
    this.#drain(stream);
  }
}

function writeSome(stream: LogStream, bytes: Uint8Array): number {
  const count = stream.writeSync(bytes);
  if (count <= 0) throw new LogError(`write to log: ${count} of ${bytes.length} bytes taken`);
  return count;
}
