import type { Cluster } from "../../testing/cluster/cluster.ts";
import type { Load, RateScenario } from "./scenario.ts";

const TUNNEL = 0x6265_6e63_6800_0003n;
const TOKEN = new Uint8Array(8);

/** One packet that goes round all nodes through a tunnel, as a message does in the message ring. */
export const tunnelRing: RateScenario = {
  kind: "rate",
  name: "tunnel ring",
  unit: "hop",
  start,
};

async function start(cluster: Cluster): Promise<Load> {
  const clients = await Promise.all(cluster.nodes.map((node) => node.connect()));
  let done = 0;
  let stopped = false;
  const ended = Promise.withResolvers<void>();
  for (const [i, client] of clients.entries()) {
    const next = (i + 1) % clients.length;
    client.onTunnel = () => {
      done++;
      if (stopped) ended.resolve();
      else client.tunnel(next, TUNNEL, 0, TOKEN);
    };
    await client.control(i, "TUNNEL_REGISTER", TUNNEL);
  }
  clients[0]!.tunnel(1, TUNNEL, 0, TOKEN);
  return {
    get done() {
      return done;
    },
    async stop() {
      stopped = true;
      await ended.promise;
      for (const client of clients) client.close();
    },
  };
}
