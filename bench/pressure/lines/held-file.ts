import { attachFile, type DaemonConnection } from "../../../lib/client/mod.ts";
import { CallFlag, CallId } from "../../../lib/wire/mod.ts";
import type { PressureLine } from "../line.ts";
import { testKeys } from "./test-keys.ts";

const DATABASE = "held.tdb";

/** Somebody holds a node's database while another node asks for the records that are in it. */
export function heldFile(mutexes: boolean): PressureLine {
  return {
    title: mutexes ? "file held, mutexes" : "file held, no mutexes",
    conf: { database: { "tdb mutexes": String(mutexes) } },
    async prepare(cluster, { heldRecords, held_s }) {
      const [holder, asker] = await Promise.all(cluster.nodes.map((node) => node.connect()));
      const { id, file } = await attachFile(holder!, DATABASE);
      const keys = testKeys(heldRecords);
      await fetchAll(holder!, id, keys);
      return {
        async run() {
          file.tdb.lockAll();
          const fetched = fetchAll(asker!, id, keys);
          await new Promise((resolve) => setTimeout(resolve, held_s * 1000));
          file.tdb.unlockAll();
          await fetched;
          return undefined;
        },
        close() {
          file.close();
          holder!.close();
          asker!.close();
        },
      };
    },
  };
}

/** Fetches all records to the node of a client at once. */
async function fetchAll(client: DaemonConnection, dbId: number, keys: readonly Uint8Array[]) {
  const flags = CallFlag.IMMEDIATE_MIGRATION;
  await Promise.all(keys.map((key) => client.call({ dbId, callid: CallId.NULL, flags, key })));
}
