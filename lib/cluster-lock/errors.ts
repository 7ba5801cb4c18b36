import { CtdbError } from "../base/mod.ts";

/** A lock could not be taken or watched; not contention, which is an answer and no error. */
export class LockError extends CtdbError {}

/** A system call failed. */
export class SystemCallError extends LockError {
  /** The number of `<errno.h>`. */
  readonly errno: number;

  constructor(action: string, errno: number) {
    super(`${action}: ${errnoText(errno)}`);
    this.errno = errno;
  }
}

/** The error numbers of Linux that mean something to a lock. */
export const Errno = { ENOENT: 2, EINTR: 4, EAGAIN: 11, EACCES: 13 } as const;

/** The C library's words for the errors that opening and locking a file give. */
const texts: Readonly<Record<number, string>> = {
  1: "Operation not permitted",
  2: "No such file or directory",
  4: "Interrupted system call",
  5: "Input/output error",
  9: "Bad file descriptor",
  11: "Resource temporarily unavailable",
  12: "Cannot allocate memory",
  13: "Permission denied",
  20: "Not a directory",
  21: "Is a directory",
  22: "Invalid argument",
  23: "Too many open files in system",
  24: "Too many open files",
  28: "No space left on device",
  30: "Read-only file system",
  35: "Resource deadlock avoided",
  36: "File name too long",
  37: "No locks available",
  38: "Function not implemented",
  40: "Too many levels of symbolic links",
  95: "Operation not supported",
  110: "Connection timed out",
  112: "Host is down",
  116: "Stale file handle",
};

/** `strerror`, without the locale. */
export function errnoText(errno: number): string {
  return texts[errno] ?? `Unknown error ${errno}`;
}
