import type { NotUnderstood, SambaQuestions } from "../../../../lib/survey/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";

/** How a command asks for what smbd keeps. */
export function sambaQuestions(call: ClusterCall): SambaQuestions {
  return { client: call.client, timeout_ms: call.timeLimit_ms, signal: call.signal };
}

/** Ends the command when no smbd has ever attached its databases in this cluster. */
export function checkAttached(call: ClusterCall, attached: boolean, database: string): void {
  if (attached) return;
  call.fail(
    1,
    `Read ${database}: not attached; no smbd with "clustering = yes" has run here since ctdbd started`,
  );
}

/**
 * Says of each record that it was not understood; returns the exit status, which is 1 then: what
 * was printed is not all there is.
 */
export function reportNotUnderstood(call: ClusterCall, records: readonly NotUnderstood[]): number {
  for (const { database, key, reason } of records) {
    call.note(`${database}: record 0x${key} not understood: ${reason}`);
  }
  return records.length === 0 ? 0 : 1;
}

/** As {@link reportNotUnderstood}, within the document. */
export function notUnderstoodJson(records: readonly NotUnderstood[]): unknown {
  return records.map(({ database, key, reason }) => ({ database, key_hex: key, reason }));
}
