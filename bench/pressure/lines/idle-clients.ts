import type { DaemonConnection } from "../../../lib/client/mod.ts";
import type { PressureLine } from "../line.ts";

/** Clients that are there and want nothing. */
export const idleClients: PressureLine = {
  title: "idle clients",
  async prepare(cluster, { idleClients }) {
    const clients: DaemonConnection[] = [];
    return await Promise.resolve({
      async run() {
        for (let i = 0; i < idleClients; i++) clients.push(await cluster.nodes[0]!.connect());
        return `${idleClients} clients`;
      },
      close() {
        for (const client of clients) client.close();
      },
    });
  },
};
