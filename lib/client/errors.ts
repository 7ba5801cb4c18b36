import { CtdbError } from "../base/mod.ts";

/** The daemon's socket cannot be reached, or the connection has ended. */
export class ConnectionError extends CtdbError {}

/** A control was answered with a failure, or not at all. */
export class ControlError extends CtdbError {
  /** The status of the reply; -1 also when there was none. */
  readonly status: number;
  readonly control: string;
  readonly pnn: number;
  /** The text that came with the status; empty for most failures. */
  readonly text: string;

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
