import type { Clock, Journal, Logger, LogLevelNumber } from "../base/mod.ts";
import { createLogger, LineLimit, LogLevel, messageOf, systemClock } from "../base/mod.ts";
import { MAX_DATAGRAM_BYTES, MAX_HELD_DATAGRAMS, MAX_SHORT_DATAGRAM_BYTES } from "../limits/mod.ts";
import { DatagramSink } from "./datagram-sink.ts";
import type { DatagramTarget } from "./datagram-socket.ts";
import { connectDatagram } from "./datagram-socket.ts";
import type { EntryFormat, LogEntry } from "./entry.ts";
import { formatJson, formatLine, formatPlain, formatRfc5424 } from "./entry.ts";
import { formatSyslog, formatSyslogBare } from "./entry.ts";
import { LogError } from "./errors.ts";
import type { LogLocation, SyslogMode } from "./location.ts";
import { parseLogLocation } from "./location.ts";
import type { EntrySink } from "./sink.ts";
import type { LogStream } from "./stream-sink.ts";
import { StreamSink } from "./stream-sink.ts";
import { syslogTime } from "./timestamp.ts";

/** Who logs, and from which level on. */
export interface LogOptions {
  /** The name of the process in every line, such as `ctdbd`. */
  readonly program: string;
  /** Entries above it are dropped until somebody sets `OpenedLog.level`. */
  readonly level: LogLevelNumber;
  /** Short host name. In test mode the last part of `CTDB_BASE`. */
  readonly host: string;
  /** Own node number once it is known; for JSON. */
  readonly node?: () => number | undefined;
  /** Default: this process. */
  readonly pid?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Takes what administrators are shown as events; nobody does by default. */
  readonly journal?: Journal;
  /**
   * Subsystems that the C daemon runs as a process of its own, and its name. Their lines carry that
   * name, so that what people grep for stays. Default {@link subsystemPrograms}.
   */
  readonly programs?: Readonly<Record<string, string>>;
  /** The local syslog socket. Default `/dev/log`. */
  readonly syslogPath?: string;
  /** The port of `syslog:udp` on 127.0.0.1. Default 514. */
  readonly syslogPort?: number;
}

/** A log that was opened. */
export interface OpenedLog {
  readonly logger: Logger;
  /** Writes a line whose level was compared with {@link OpenedLog.level} before, elsewhere. */
  write(level: LogLevelNumber, subsystem: string, message: string): void;
  /** Applies at once to `logger` and its children (SET_DEBUG). */
  level: LogLevelNumber;
  /** Lines lost since the start: full disk, log server away. */
  readonly dropped: number;
  /** After rotation (SIGHUP). Throws {@link LogError}, and goes on with the old file. */
  reopen(): void;
  /** Writes what is held, synchronously. Happens by itself at the end of a turn and at exit. */
  flush(): void;
  /** Flushes and closes. */
  close(): void;
}

/** The process names of the C daemon's parts (`cluster.md` 1.5). */
export const subsystemPrograms: Readonly<Record<string, string>> = {
  recoverd: "ctdb-recoverd",
  recovery: "ctdb-recovery",
  takeover: "ctdb-takeover",
  eventd: "ctdb-eventd",
};

const syslogPath = "/dev/log";
const syslogPort = 514;

/**
 * Opens the log at `location`, a text of `[logging] location` ({@link parseLogLocation}).
 *
 * Throws {@link LogError} when the location means nothing or the file cannot be opened. A missing
 * syslog server is no error: lines wait for it, up to a bound.
 *
 * ```ts
 * const log = openLog("file:/var/log/log.ctdb", { program: "ctdbd", level: 3, host: "node1" });
 * Deno.addSignalListener("SIGHUP", () => log.reopen());
 * log.logger.notice("started");
 * ```
 */
export function openLog(location: string, options: LogOptions): OpenedLog {
  const entryOf = entryMaker(options);
  const sink = openSink(parseLogLocation(location), options, entryOf);
  let level = options.level;
  const flushAtExit = () => sink.flush();
  globalThis.addEventListener("unload", flushAtExit);
  const write = (n: LogLevelNumber, subsystem: string, message: string) =>
    sink.write(entryOf(n, subsystem, message));
  return {
    write,
    logger: createLogger(
      new LineLimit(systemClock).over(write),
      () => level,
      "",
      options.journal,
    ),
    get level() {
      return level;
    },
    set level(value) {
      level = value;
    },
    get dropped() {
      return sink.dropped;
    },
    reopen: () => sink.reopen(),
    flush: () => sink.flush(),
    close() {
      globalThis.removeEventListener("unload", flushAtExit);
      sink.close();
    },
  };
}

/**
 * Tells syslog once, at start, where the log really is. Not for test mode, nor where the log goes
 * to plain `syslog` anyway (`cluster.md` 1.5). Says false when no syslog listens.
 */
export function announceLogLocation(
  location: string,
  options: Pick<LogOptions, "program" | "clock" | "syslogPath">,
): boolean {
  const time = syslogTime((options.clock ?? systemClock).wallTime());
  const text = `<29>${time} ${options.program}: CTDB logging to location ${location}`;
  try {
    const socket = connectDatagram({ kind: "unix", path: options.syslogPath ?? syslogPath });
    const sent = socket.send(new TextEncoder().encode(text));
    socket.close();
    return sent;
  } catch (error) {
    if (error instanceof LogError) return false;
    throw error;
  }
}

type EntryMaker = (level: LogLevelNumber, subsystem: string, message: string) => LogEntry;

function entryMaker(options: LogOptions): EntryMaker {
  const clock = options.clock ?? systemClock;
  const programs = options.programs ?? subsystemPrograms;
  const pid = options.pid ?? Deno.pid;
  return (level, subsystem, message) => {
    const own = Object.hasOwn(programs, subsystem) ? programs[subsystem] : undefined;
    return {
      wallTime_us: clock.wallTime(),
      level,
      host: options.host,
      program: own ?? options.program,
      pid,
      node: options.node?.(),
      subsystem: own === undefined ? subsystem : "",
      message: message.endsWith("\n") ? message.slice(0, -1) : message,
    };
  };
}

function openSink(location: LogLocation, options: LogOptions, entryOf: EntryMaker): EntrySink {
  switch (location.kind) {
    case "stderr":
      return streamSink(() => standardError, formatPlain, options, entryOf);
    case "file":
      return streamSink(() => openFile(location.path), formatLine, options, entryOf);
    case "json":
      return streamSink(() => openFile(location.path), formatJson, options, entryOf);
    case "syslog":
      return syslogSink(location.mode, options, entryOf);
  }
}

function streamSink(
  open: () => LogStream,
  format: EntryFormat,
  options: LogOptions,
  entryOf: EntryMaker,
): EntrySink {
  const clock = options.clock ?? systemClock;
  return new StreamSink({ open, format, clock, lostNotice: lostNotice(entryOf) });
}

function syslogSink(mode: SyslogMode, options: LogOptions, entryOf: EntryMaker): EntrySink {
  const target: DatagramTarget = mode === "standard" || mode === "nonblocking"
    ? { kind: "unix", path: options.syslogPath ?? syslogPath }
    : { kind: "udp", host: [127, 0, 0, 1], port: options.syslogPort ?? syslogPort };
  return new DatagramSink({
    connect: () => connectDatagram(target),
    format: syslogFormats[mode],
    clock: options.clock ?? systemClock,
    lostNotice: lostNotice(entryOf),
    maxDatagram_bytes: mode === "standard" ? MAX_DATAGRAM_BYTES : MAX_SHORT_DATAGRAM_BYTES,
    maxHeld: mode === "standard" ? MAX_HELD_DATAGRAMS : 0,
  });
}

const syslogFormats: Readonly<Record<SyslogMode, EntryFormat>> = {
  standard: formatSyslog,
  nonblocking: formatSyslogBare,
  udp: formatSyslogBare,
  "udp-rfc5424": formatRfc5424,
};

function lostNotice(entryOf: EntryMaker): (count: number) => LogEntry {
  return (count) => entryOf(LogLevel.WARNING, "", `log lines dropped: ${count}`);
}

const standardError: LogStream = {
  writeSync: (bytes) => Deno.stderr.writeSync(bytes),
  close() {},
};

function openFile(path: string): LogStream {
  try {
    return Deno.openSync(path, { append: true, create: true, mode: 0o644 });
  } catch (error) {
    throw new LogError(`open log file: ${path}: ${messageOf(error)}`, { cause: error });
  }
}
