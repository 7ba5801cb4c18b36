import assert from "node:assert/strict";
import { PUSH_WINDOW_BYTES } from "../../../lib/limits/mod.ts";
import { recordValue } from "../../../lib/wire/mod.ts";
import { Client } from "../../sim/support/client.ts";
import { ClientDatabase } from "../../sim/support/client-database.ts";
import { databaseOf } from "../../sim/support/record-watch.ts";
import { Scenario } from "../../sim/support/scenario.ts";

const NAME = "large.tdb";
const RECORDS = 300;
const RECORD_BYTES = 100_000;
/** Every frame takes as long, so that what was sent in that time is under way. */
const LATENCY_MS = 40;
/** The larger of both windows. */
const WINDOW_BYTES = PUSH_WINDOW_BYTES;
/** A slice of records that is begun is finished. */
const SLACK_BYTES = 1024 * 1024;

/** Attaches the database everywhere and has each of `pnns` own its share of large records. */
async function filled(scenario: Scenario, pnns: readonly number[]): Promise<void> {
  const { cluster } = scenario;
  let attached = 0;
  for (const machine of cluster.machines) {
    const client = Client.connect(machine, "opener")!;
    ClientDatabase.attach(client, NAME).then(() => attached++);
  }
  const { length } = cluster.machines;
  await cluster.waitFor("all have it", 5000, () => attached === length ? undefined : "no");
  for (const pnn of pnns) {
    const { path, tdb: { flags } } = databaseOf(cluster.machines[pnn]!, NAME)!;
    const tdb = cluster.machines[pnn]!.disk.open(path, { flags });
    for (let i = 0; i < RECORDS; i++) {
      const header = { rsn: 5n, dmaster: pnn, flags: 0 };
      const key = new TextEncoder().encode(`node ${pnn} record ${i}`);
      tdb.store(key, recordValue(header, new Uint8Array(RECORD_BYTES)));
    }
    tdb.close();
  }
}

Deno.test("a recovery sends no faster than is taken, and pulls from all nodes at once", async () => {
  const scenario = new Scenario(51, {
    nodes: 4,
    clusterLock: false,
    publicAddresses: 0,
    tunables: {
      DatabaseHashSize: 101,
      RecBufferSizeLimit: 1_000_000,
      KeepaliveInterval: 5,
      RecoverTimeout: 120,
    },
  });
  await scenario.start();
  const { cluster } = scenario;
  // It looks at each record at each step: too much for so many bytes, and a commit in several turns
  // it takes for two owners.
  cluster.watch.afterStep = () => {};
  const { leader } = cluster.machines[0]!.daemon!.node.leadership;
  const others = cluster.machines.map(({ pnn }) => pnn).filter((pnn) => pnn !== leader);
  const [victim, ...owners] = others as [number, ...number[]];
  await filled(scenario, owners);
  cluster.network.latency = { usual_ms: LATENCY_MS, worst_ms: LATENCY_MS, worstShare: 1 };
  const lines = new Map<string, { at_ms: number; bytes: number }[]>();
  let most = 0;
  const pulling = { from: new Set<number>(), most: 0 };
  cluster.network.onFrame = (from, to, frame) => {
    const now_ms = cluster.time.now();
    const name = `${from}-${to}`;
    const young = (lines.get(name) ?? []).filter(({ at_ms }) => now_ms - at_ms < LATENCY_MS);
    lines.set(name, [...young, { at_ms: now_ms, bytes: frame.length }]);
    most = Math.max(most, lines.get(name)!.reduce((sum, { bytes }) => sum + bytes, 0));
    if (to === leader && frame.length > RECORD_BYTES) {
      pulling.from = new Set(
        owners.filter((pnn) =>
          lines.get(`${pnn}-${leader}`)?.some(({ bytes, at_ms }) =>
            bytes > RECORD_BYTES && now_ms - at_ms < LATENCY_MS
          )
        ),
      );
      pulling.most = Math.max(pulling.most, pulling.from.size);
    }
  };
  const before = cluster.machines[leader]!.daemon!.node.state.generation;
  cluster.machines[victim]!.kill();
  await cluster.waitFor("a recovery", 120_000, () => {
    const { generation, recoveryMode } = cluster.machines[leader]!.daemon!.node.state;
    return generation !== before && recoveryMode === 0 ? undefined : "not yet";
  });
  for (const pnn of [leader, ...owners]) {
    const db = databaseOf(cluster.machines[pnn]!, NAME)!;
    const count = db.tdb.traverseRead(() => true);
    assert.equal(count, owners.length * RECORDS, `records on node ${pnn}`);
  }
  assert.equal(pulling.most, owners.length, "nodes that sent at once");
  assert.ok(most > WINDOW_BYTES / 2, `the window was never needed: ${most}`);
  assert.ok(most <= WINDOW_BYTES + SLACK_BYTES, `under way on one link: ${most}`);
});
