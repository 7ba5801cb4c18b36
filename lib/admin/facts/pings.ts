import type { ClusterClient } from "../../client/mod.ts";
import { askMaybe, GONE } from "./ask.ts";
import type { NodeDocument } from "./node.ts";

/** How a node answered a ping. */
export interface PingAnswer {
  readonly roundTrip_s: number;
  readonly clients: number;
}

/** The nodes that answered, by number. */
export type Pings = ReadonlyMap<number, PingAnswer>;

/** Pings all nodes that are connected, this one as well. */
export async function pingNodes(client: ClusterClient, own: NodeDocument): Promise<Pings> {
  const connected = own.nodes.filter(({ flags }) => (flags & GONE) === 0);
  const answers = await Promise.all(connected.map(async ({ pnn }) => {
    const start_ms = performance.now();
    const clients = await askMaybe(client, pnn, "PING", undefined);
    const roundTrip_s = (performance.now() - start_ms) / 1000;
    return clients === undefined ? [] : [[pnn, { roundTrip_s, clients }] as const];
  }));
  return new Map(answers.flat());
}
