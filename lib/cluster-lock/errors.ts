import { CtdbError, errnoText } from "../base/mod.ts";

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
