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
    return {
      async run() {
        const end_ms = performance.now() + smb_s * 1000;
        await Promise.all(clients.map(async (client, who) => {
          for (let round = 0; performance.now() < end_ms; round++) {
            const own = round % 4 !== 0;
            const name = own ? `file ${who} ${round % 10}` : `shared ${(who * 7 + round) % FILES}`;
            await client.openAndClose(name);
          }
        }));
        const opens = clients.map((client) => client.opened / smb_s);
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
