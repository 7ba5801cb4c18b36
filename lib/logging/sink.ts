import type { LogEntry } from "./entry.ts";

/** Takes entries to a file, a terminal or a log server. The logger in front never waits for it. */
export interface EntrySink {
  write(entry: LogEntry): void;
  /** Writes now what is held. Does not throw: what cannot be written stays or is counted. */
  flush(): void;
  /** Opens the file or socket anew (log rotation). Throws {@link LogError}; the old one stays. */
  reopen(): void;
  /** Flushes and lets go. Later writes are dropped. */
  close(): void;
  /** Entries that nobody will ever see, since the start. */
  readonly dropped: number;
}
