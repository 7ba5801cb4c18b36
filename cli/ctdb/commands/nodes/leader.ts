import { decode, Srvid, u32, UNKNOWN_PNN, WireError } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";

/**
 * Waits for the leader to say that it is (cli.md 2.6); {@link UNKNOWN_PNN} when nobody does in
 * time, or when it says that there is none.
 */
export async function waitForLeader(call: ClusterCall): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const unsubscribe = await call.client.subscribe(Srvid.LEADER, (data) => {
    const pnn = leaderOf(data);
    if (pnn !== undefined) resolve(pnn);
  });
  try {
    return await call.within(promise, call.timeLimit_ms) ?? UNKNOWN_PNN;
  } finally {
    unsubscribe();
  }
}

/** The leader as people read it. */
export function leaderText(pnn: number): string {
  return pnn === UNKNOWN_PNN ? "UNKNOWN" : String(pnn);
}

/** The leader in JSON. */
export function leaderJson(pnn: number): number | null {
  return pnn === UNKNOWN_PNN ? null : pnn;
}

/** Rubbish is no news. */
function leaderOf(data: Uint8Array): number | undefined {
  try {
    return decode(u32, data);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
