import type { Cluster } from "../../testing/cluster/cluster.ts";
import { countOn, disconnect, recordClients } from "./record-load.ts";
import type { Load, RateScenario } from "./scenario.ts";

const SRVID = 0x6265_6e63_6800_0002n;
const KEY = new TextEncoder().encode("hot record");
const TOKEN = new Uint8Array(8);

/** One record that every node needs in turn: fetch it, change it, tell the next node. */
export const fetchRing: RateScenario = {
  kind: "rate",
  name: "fetch ring, one hot record",
  unit: "hop",
  start,
};

async function start(cluster: Cluster): Promise<Load> {
  const clients = await recordClients(cluster, "bench_ring.tdb", 1);
  let done = 0;
  let stopped = false;
  const ended = Promise.withResolvers<void>();
  await Promise.all(clients.map((client, i) => {
    const next = (i + 1) % clients.length;
    const pass = async () => {
      await countOn(client, KEY);
      done++;
      if (stopped) ended.resolve();
      else client.connection.message(next, SRVID, TOKEN);
    };
    return client.connection.subscribe(SRVID, () => void pass().catch(ended.reject));
  }));
  clients[0]!.connection.message(0, SRVID, TOKEN);
  return {
    get done() {
      return done;
    },
    async stop() {
      stopped = true;
      await ended.promise;
      disconnect(clients);
    },
  };
}
