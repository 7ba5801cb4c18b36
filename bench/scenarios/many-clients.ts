import { countOn, recordClients, repeat } from "./record-load.ts";
import type { RateScenario } from "./scenario.ts";

const CLIENTS_PER_NODE = 10;
const KEYS = 1000;

const keys = Array.from({ length: KEYS }, (_, i) => new TextEncoder().encode(`record ${i}`));

/** Clients on every node that change records picked at random, most of them on another node now. */
export const manyClients: RateScenario = {
  kind: "rate",
  name: `${3 * CLIENTS_PER_NODE} clients on ${KEYS} records`,
  unit: "change",
  async start(cluster) {
    const clients = await recordClients(cluster, "bench_many.tdb", CLIENTS_PER_NODE);
    return repeat(clients, (client) => countOn(client, keys[Math.floor(Math.random() * KEYS)]!));
  },
};
