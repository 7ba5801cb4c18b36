import { CtdbError } from "../base/mod_basics.ts";

/** Where a {@link ConfigError} arose. */
export interface ConfigErrorPlace {
  /** The file, or the `!command`, that was read. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** The text of the operating system's error, such as `ENOENT`, when it was one. */
  readonly code?: string;
  readonly cause?: unknown;
}

/** A configuration that cannot be used: the message says what was read, a colon, and the value. */
export class ConfigError extends CtdbError {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly code: string | undefined;

  constructor(message: string, place: ConfigErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.file = place.file;
    this.line = place.line;
    this.code = place.code;
  }

  /** The message with the place in the file in front. */
  get placed(): string {
    return this.line === undefined ? this.message : `${this.file}:${this.line}: ${this.message}`;
  }
}
