import { all, CtdbError, messageOf, type Procedure, rethrowFinal } from "../../base/mod.ts";

/** A stage of a takeover run failed; the run is over and will be tried again. */
export class TakeoverError extends CtdbError {}

/** What became of a request to several nodes: the replies, and the first that failed, if one did. */
export interface MultiReply<R> {
  readonly replies: ReadonlyMap<number, R>;
  readonly firstFailure?: { readonly pnn: number; readonly error: TakeoverError };
}

/**
 * Sends one request to several nodes at once and waits until each has answered or failed. Of many
 * failures only the one that came first is told, because only that one gets a ban credit
 * (`failover.md` 5.1).
 */
export function* askAll<R>(
  pnns: readonly number[],
  action: string,
  ask: (pnn: number) => Procedure<R>,
): Procedure<MultiReply<R>> {
  const replies = new Map<number, R>();
  let firstFailure: { pnn: number; error: TakeoverError } | undefined;
  const askOne = function* (pnn: number): Procedure<void> {
    try {
      replies.set(pnn, yield* ask(pnn));
    } catch (cause) {
      rethrowFinal(cause);
      const text = `takeover run: ${action} at node ${pnn}: ${messageOf(cause)}`;
      firstFailure ??= { pnn, error: new TakeoverError(text, { cause }) };
    }
  };
  yield* all(pnns.map(askOne));
  return firstFailure === undefined ? { replies } : { replies, firstFailure };
}
