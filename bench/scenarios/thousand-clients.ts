import type { DaemonConnection } from "../../lib/client/mod.ts";
import type { RateScenario } from "./scenario.ts";

const CLIENTS = 1000;
/** So many do something at a time; the others are there. */
const BUSY = 32;

/** A thousand clients of one node, which ping it in turn. */
export const thousandClients: RateScenario = {
  kind: "rate",
  name: `${CLIENTS} clients of a node ping it in turn`,
  unit: "ping",
  async start(cluster) {
    const node = cluster.node(0);
    const clients: DaemonConnection[] = [];
    while (clients.length < CLIENTS) clients.push(await node.connect());
    let done = 0;
    let turn = 0;
    let stopped = false;
    const loops = Promise.all(Array.from({ length: BUSY }, async () => {
      while (!stopped) {
        await clients[turn++ % CLIENTS]!.control(node.pnn, "PING", undefined);
        done++;
      }
    }));
    loops.catch(() => {}); // stop() tells.
    return {
      get done() {
        return done;
      },
      async stop() {
        stopped = true;
        await loops;
        for (const client of clients) client.close();
      },
    };
  },
};
