import type { AttachedDatabase } from "../../../lib/client/mod.ts";
import type { PressureLine } from "../line.ts";
import { type ChainHolder, holdChains } from "./chain-holder.ts";
import { deletedEverywhere, vacuum } from "./deleted-records.ts";
import { SmbClient } from "./smb-client.ts";
import { testKeys } from "./test-keys.ts";

const DATABASE = "locking.tdb";
const CLIENTS_PER_NODE = 5;
const HELD_KEYS = 20;

/**
 * Files are opened and closed on all nodes while each removes the records of files that were closed
 * before, and somebody holds chains of the same database.
 */
export const vacuumStorm: PressureLine = {
  title: "vacuum storm",
  async prepare(cluster, { deletedRecords, stormOpens, storm_s }) {
    const clients: SmbClient[] = [];
    for (const node of cluster.nodes) {
      for (let i = 0; i < CLIENTS_PER_NODE; i++) clients.push(await SmbClient.connect(node));
    }
    const databases = await deletedEverywhere(cluster, DATABASE, deletedRecords);
    const held = testKeys(HELD_KEYS, "held");
    const holder = await holdChains(databases[0]!, held);
    return {
      database: DATABASE,
      key: keyBeside(databases[0]!, held),
      async run() {
        const end_ms = performance.now() + storm_s * 1000;
        await holder.begin();
        const opening = Promise.all(
          clients.map((client, who) =>
            openAndClose(client, who, { end_ms, interval_ms: clients.length * 1000 / stormOpens })
          ),
        );
        const start_ms = performance.now();
        await Promise.all(cluster.nodes.map((node) => vacuum(node, databases[node.pnn]!.id)));
        const vacuumed_s = (performance.now() - start_ms) / 1000;
        await opening;
        return told(clients, { elapsed_s: storm_s, vacuumed_s });
      },
      close: () => closeAll(clients, databases, holder),
    };
  },
};

function told(
  clients: readonly SmbClient[],
  { elapsed_s, vacuumed_s }: { readonly elapsed_s: number; readonly vacuumed_s: number },
): string {
  const opens = clients.reduce((sum, { opened }) => sum + opened, 0);
  return `${Math.round(opens / elapsed_s)} opens/s, vacuumed in ${vacuumed_s.toFixed(1)} s`;
}

async function closeAll(
  clients: readonly SmbClient[],
  databases: readonly AttachedDatabase[],
  holder: ChainHolder,
): Promise<void> {
  await holder.end();
  for (const client of clients) client.close();
  for (const { file } of databases) file.close();
}

/** One open every `interval_ms`, as far as the node keeps up. */
async function openAndClose(
  client: SmbClient,
  who: number,
  { end_ms, interval_ms }: { readonly end_ms: number; readonly interval_ms: number },
): Promise<void> {
  for (let next_ms = performance.now(), round = 0; next_ms < end_ms; round++) {
    const wait_ms = next_ms - performance.now();
    if (wait_ms > 0) await new Promise((resolve) => setTimeout(resolve, wait_ms));
    // Most files are of one client; some wander between the nodes.
    const file = round % 4 === 0 ? `shared ${round % 50}` : `file ${who} ${round}`;
    await client.openAndClose(file);
    next_ms = Math.max(next_ms + interval_ms, performance.now() - 1000);
  }
}

/** A key that is in none of the chains of `others`. */
function keyBeside({ file }: AttachedDatabase, others: readonly Uint8Array[]): Uint8Array {
  const chains = new Set(others.map((key) => file.tdb.chainOf(key)));
  return testKeys(1000, "beside").find((key) => !chains.has(file.tdb.chainOf(key)))!;
}
