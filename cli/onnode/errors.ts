import { CtdbError } from "../../lib/base/mod.ts";

/** Ends the program before any command ran: `message` goes to standard error as it is. */
export class OnnodeError extends CtdbError {
  /** The program's exit status. */
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
