import assert from "node:assert/strict";
import { attachDatabase } from "../../lib/client/mod.ts";
import { Cluster } from "../../testing/cluster/cluster.ts";
import { effort, longMakeups } from "./support/makeups.ts";
import { workload } from "./support/workload-command.ts";

const SECONDS = 20 * effort;
const WRITERS = 5;

/** The file without the copies' headers, sorted, as text to compare. */
async function contents(cluster: Cluster, pnn: number): Promise<Record<string, string>> {
  using database = await attachDatabase(await cluster.node(pnn).client(), "pers.tdb", {
    kind: "persistent",
  });
  const entries = database.localRecords().map(({ key, value }) => [key.toHex(), value.toHex()]);
  return Object.fromEntries(entries.sort());
}

function counter(records: Record<string, string>, writer: string): number {
  const value = records[new TextEncoder().encode(writer).toHex()];
  return value === undefined ? 0 : Number(new TextDecoder().decode(Uint8Array.fromHex(value)));
}

for (const { name, nodes, ignore } of longMakeups) {
  Deno.test({
    name: `${name}: 3 nodes x ${WRITERS} writers, nodes killed and restarted, lose no commit`,
    ignore,
    fn: async () => {
      await using cluster = await Cluster.start({ nodes, tunables: { RerecoveryTimeout: 1 } });
      const writers = cluster.nodes.map((node) =>
        workload<Record<string, number>>({
          kind: "transact",
          socket: node.socket,
          database: "pers.tdb",
          writers: Array.from({ length: WRITERS }, (_, i) => `${node.pnn}.${i}`),
          seconds: SECONDS,
        })
      );
      const killing = killOneByOne(cluster, SECONDS);
      const acknowledged = Object.assign({}, ...await Promise.all(writers));
      await killing;
      await cluster.untilHealthy();

      const first = await contents(cluster, 0);
      for (const [writer, count] of Object.entries<number>(acknowledged)) {
        // One more may be there: a commit that was made whole by a recovery after its client died.
        const stored = counter(first, writer);
        assert.ok(stored >= count, `writer ${writer}: ${stored} stored, ${count} acknowledged`);
      }
      assert.ok(Object.values<number>(acknowledged).some((count) => count > 0), "nobody committed");
      for (const pnn of [1, 2]) assert.deepEqual(await contents(cluster, pnn), first);
    },
  });
}

async function killOneByOne(cluster: Cluster, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end; i = (i + 1) % cluster.nodes.length) {
    const node = cluster.node(i);
    await node.kill();
    await cluster.untilHealthy(cluster.nodes.filter((other) => other !== node));
    node.start();
    await cluster.untilHealthy();
  }
}
