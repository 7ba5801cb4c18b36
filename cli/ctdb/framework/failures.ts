import { CtdbError } from "../../../lib/base/mod.ts";

/** A command cannot go on: what it says on standard error, and the exit status. */
export class CommandFailure extends CtdbError {
  readonly status: number;

  /** `message` is one line or several, without a newline at the end; empty says nothing. */
  constructor(status: number, message = "") {
    super(message);
    this.status = status;
  }
}

/** The operands are not what the command takes: it shows its usage, and the message to people. */
export class UsageFailure extends CtdbError {}

/** The exit status of a control that failed with `status` (cli.md 1.4). */
export function exitOfStatus(status: number): number {
  return status === -1 ? 1 : status & 0xff;
}
