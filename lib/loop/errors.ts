import { CtdbError } from "../base/mod.ts";

/** The kernel refused what the loop stands on. */
export class LoopError extends CtdbError {}

/** A socket could not be made or used. */
export class SocketError extends CtdbError {
  /** The kernel's error number, where one is the reason. */
  readonly errno: number | undefined;

  constructor(message: string, errno?: number) {
    super(message);
    this.errno = errno;
  }
}
