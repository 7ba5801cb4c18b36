import { CtdbError } from "../base/mod.ts";

/** libtdb's error codes by number. */
const CODES = [
  "SUCCESS",
  "CORRUPT",
  "IO",
  "LOCK",
  "OOM",
  "EXISTS",
  "NOLOCK",
  "TIMEOUT",
  "NOEXIST",
  "EINVAL",
  "RDONLY",
  "NESTING",
] as const;

/** The name of one of libtdb's error codes. `UNKNOWN` is a number that the table has not got. */
export type TdbErrorCode = typeof CODES[number] | "UNKNOWN";

/** The name of libtdb's error number `code`. */
export function tdbErrorCode(code: number): TdbErrorCode {
  return CODES[code] ?? "UNKNOWN";
}

/** What `errno` was after a failed call; 0 when the text says all that is known. */
export interface SystemError {
  readonly errno: number;
  readonly text: string;
}

/**
 * A TDB operation failed.
 *
 * `code` says what libtdb thinks. `system` is the system's reason when one was seen; it is a
 * hint for people, since libtdb leaves old values in `errno` when it fails for reasons of its own.
 */
export class TdbError extends CtdbError {
  readonly operation: string;
  readonly file: string;
  readonly code: TdbErrorCode;
  readonly system: SystemError | undefined;

  constructor(operation: string, file: string, code: TdbErrorCode, system?: SystemError) {
    const number = system?.errno ? `, errno ${system.errno}` : "";
    const reason = system === undefined ? "" : ` (${system.text}${number})`;
    super(`TDB ${operation} ${file}: ${code}${reason}`);
    this.operation = operation;
    this.file = file;
    this.code = code;
    this.system = system;
  }
}

/** libtdb itself could not be loaded. The message says what to install. */
export class TdbLibraryError extends CtdbError {}

/** A lock helper could not be started, or does not speak the protocol. */
export class LockHelperError extends CtdbError {}
