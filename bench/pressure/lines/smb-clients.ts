import type { PressureLine } from "../line.ts";
import { SmbClient } from "./smb-client.ts";

const CLIENTS_PER_NODE = 15;
const FILES = 100;

/** Clients that open and close files, each some of its own and some that all use. */
export const smbClients: PressureLine = {
  title: "45 SMB clients",
  async prepare(cluster, { smb_s }) {
    const clients: SmbClient[] = [];
    for (const node of cluster.nodes) {
      for (let i = 0; i < CLIENTS_PER_NODE; i++) clients.push(await SmbClient.connect(node));
    }
    // A node that serves clients has served some before, and so have these.
    await openFiles(clients, smb_s / 2);
    return {
      async run() {
        const opens = await openFiles(clients, smb_s);
        const sum = opens.reduce((a, b) => a + b, 0);
        const [least, most] = [Math.min(...opens), Math.max(...opens)].map((n) => n.toFixed(1));
        return `${Math.round(sum)} opens/s; slowest client ${least}, quickest ${most}`;
      },
      close() {
        for (const client of clients) client.close();
      },
    };
  },
};

/** All clients open and close files for a while; returns how many a second each did. */
async function openFiles(clients: readonly SmbClient[], time_s: number): Promise<number[]> {
  const end_ms = performance.now() + time_s * 1000;
  return await Promise.all(clients.map(async (client, who) => {
    let round = 0;
    for (; performance.now() < end_ms; round++) {
      const own = round % 4 !== 0;
      const name = own ? `file ${who} ${round % 10}` : `shared ${(who * 7 + round) % FILES}`;
      await client.openAndClose(name);
    }
    return round / time_s;
  }));
}
