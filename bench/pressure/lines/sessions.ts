import { DaemonConnection } from "../../../lib/client/mod.ts";
import type { PressureLine } from "../line.ts";

/** Databases that smbd attaches. */
const DATABASES = Array.from({ length: 15 }, (_, i) => `session_${i}.tdb`);
const SRVIDS = 3;
const FIRST_SRVID = 0x7365_7373_0000_0000n;

/** Clients that come as an smbd does, ask what it asks, and go. */
export const sessions: PressureLine = {
  title: "sessions of smbd",
  async prepare(cluster, { sessions }) {
    const [node] = cluster.nodes;
    // A node that serves clients has served some before, and so has this client.
    for (let i = 0; i < sessions; i++) await session(node!.socket, i);
    return {
      async run() {
        const start_ms = performance.now();
        for (let i = 0; i < sessions; i++) await session(node!.socket, i);
        const elapsed_s = (performance.now() - start_ms) / 1000;
        return `${Math.round(sessions / elapsed_s)} sessions/s`;
      },
      close() {},
    };
  },
};

async function session(socket: string, number: number): Promise<void> {
  const client = await DaemonConnection.connect(socket);
  for (const name of DATABASES) await client.control(client.pnn, "DB_ATTACH", name);
  for (let i = 0; i < SRVIDS; i++) {
    await client.subscribe(FIRST_SRVID + BigInt(number * SRVIDS + i), () => {});
  }
  await client.control(client.pnn, "PING", undefined);
  client.close();
}
