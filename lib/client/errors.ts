import { CtdbError } from "../base/mod.ts";

/** The daemon's socket cannot be reached, or the connection has ended. */
export class ConnectionError extends CtdbError {
  /** The system's `errno` when it refused the connection (2 no socket, 111 nobody listens), else 0. */
  readonly errno: number;

  /** @ignore */
  constructor(message: string, options?: ErrorOptions & { readonly errno?: number }) {
    super(message, options);
    this.errno = options?.errno ?? 0;
  }
}

/** A request was not answered in the time that it was given; it may still take effect. */
export class RequestTimeoutError extends ConnectionError {}

/** A control was answered with a failure, or not at all. */
export class ControlError extends CtdbError {
  /** The status of the reply; -1 also when there was none. */
  readonly status: number;
  /** The name of the control. */
  readonly control: string;
  /** The node that it was sent to. */
  readonly pnn: number;
  /** The text that came with the status; empty for most failures. */
  readonly text: string;

  /** @ignore */
  constructor(control: string, pnn: number, status: number, text: string) {
    super(`Control ${control} to node ${pnn}: status ${status}${text === "" ? "" : `: ${text}`}`);
    this.control = control;
    this.pnn = pnn;
    this.status = status;
    this.text = text;
  }
}

/** A database cannot be used as asked: wrong type, unhealthy, lost lock, failed commit. */
export class DatabaseError extends CtdbError {}

/** Whether it was the node that did not answer, and not the connection that ended. */
export function isNoAnswer(error: unknown): error is Error {
  return error instanceof ControlError || error instanceof RequestTimeoutError;
}
