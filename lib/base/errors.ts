/**
 * The root of every error that this project throws on purpose.
 *
 * The message says what was attempted, a colon, and the value that was wrong. Each layer derives
 * its own class, so that a caller can tell "the bytes were bad" from "the file was bad" by type.
 */
export class CtdbError extends Error {
  /** Takes what was attempted, a colon, the wrong value; and what caused it. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An invariant did not hold: a bug of ours or a corrupt state. The node stops rather than lies. */
export class InvariantError extends CtdbError {}

/** Throws {@link InvariantError} unless `condition` holds. Stays on in production. */
export function assertInvariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
