import type { Fault } from "./faults.ts";
import type { LabClient, Move } from "./lab-client.ts";
import type { Lab } from "./lab.ts";

/**
 * Lets a fault happen to the host that serves an address, waits until every client of it is served
 * by another host, and ends the fault.
 */
export async function suffer(
  lab: Lab,
  fault: Fault,
  clients: readonly LabClient[],
): Promise<{ from: number; moves: Move[] }> {
  const address = clients[0]!.address;
  const holder = lab.holder(address);
  if (holder === undefined) throw new Error(`${address} is on no host, or on two`);
  const places = clients.map((client) => client.now);
  const fault_ms = Date.now();
  await fault.begin(holder);
  try {
    const moves = await Promise.all(
      clients.map((client, i) => client.untilMoved(holder.index, places[i]!, fault_ms)),
    );
    return { from: holder.index, moves };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`${fault.name}: ${text}\n${lab.logTails()}`, { cause: error });
  } finally {
    await fault.end(holder);
  }
}
