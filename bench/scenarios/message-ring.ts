import type { Cluster } from "../../testing/cluster/cluster.ts";
import type { Load, RateScenario } from "./scenario.ts";

const SRVID = 0x6265_6e63_6800_0001n;
const TOKEN = new Uint8Array(8);

/** Messages that go round all nodes: a client on each passes them on to the next. */
export function messageRing(tokens: number): RateScenario {
  return {
    kind: "rate",
    name: `message ring, ${tokens} under way`,
    unit: "hop",
    start: (cluster) => startRing(cluster, tokens),
  };
}

async function startRing(cluster: Cluster, tokens: number): Promise<Load> {
  const clients = await Promise.all(cluster.nodes.map((node) => node.connect()));
  let done = 0;
  let stopped = false;
  let underWay = tokens;
  const drained = Promise.withResolvers<void>();
  await Promise.all(clients.map((client, i) => {
    const next = (i + 1) % clients.length;
    return client.subscribe(SRVID, (data) => {
      done++;
      if (!stopped) client.message(next, SRVID, data);
      else if (--underWay === 0) drained.resolve();
    });
  }));
  for (let i = 0; i < tokens; i++) clients[i % clients.length]!.message(0, SRVID, TOKEN);
  return {
    get done() {
      return done;
    },
    async stop() {
      stopped = true;
      await drained.promise;
      for (const client of clients) client.close();
    },
  };
}
