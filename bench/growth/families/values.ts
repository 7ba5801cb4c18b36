import { attachDatabase } from "../../../lib/client/mod.ts";
import { Cluster } from "../../../testing/cluster/cluster.ts";
import { type GrowthFamily, inTurn, sizesOf, type Subject, type Values } from "../growth-family.ts";
import { patientClient, sampleLoad, timedRecovery } from "../sample.ts";

const SIZES = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
const SHORT = 16_384;
const RECORDS = 16;
const key = (i: number) => new TextEncoder().encode(`record ${i}`);

/** One record that goes to and fro between two nodes, and one that is committed. */
export const values: GrowthFamily = {
  name: "values",
  title:
    "Values of records: one that two nodes change in turn, one that is committed, 16 recovered",
  size: "bytes",
  quantities: [
    { name: "migrations with store", unit: "1/s" },
    { name: "CPU of a migration", unit: "us", power: 1 },
    { name: "commits", unit: "1/s" },
    { name: "CPU of a commit", unit: "us", power: 1 },
    { name: "recovery", unit: "ms", power: 1 },
    { name: "CPU of a recovery", unit: "ms", power: 1 },
  ],
  async *measure(setup) {
    await using clusters = new AsyncDisposableStack();
    const subjects: Subject<Cluster>[] = [];
    for (const { side, kind } of setup.kinds) {
      const nodes = [kind, kind];
      const options = { nodes, clusterLock: false, tunables: { RerecoveryTimeout: 1 } };
      subjects.push({ side, subject: clusters.use(await Cluster.start(options)) });
    }
    yield* inTurn(subjects, sizesOf(setup, SIZES, SHORT), measure);
  },
};

async function measure(cluster: Cluster, size: number): Promise<Values> {
  const connections = await Promise.all(cluster.nodes.map(patientClient));
  const name = `growth_values_${size}`;
  const volatile = await Promise.all(
    connections.map((connection) => attachDatabase(connection, `${name}.tdb`)),
  );
  const change = async (database: (typeof volatile)[number], at: number, round: number) => {
    using record = await database.fetchLocked(key(at));
    record.store(new Uint8Array(size).fill(round));
  };
  for (let at = 0; at < RECORDS; at++) await change(volatile[at % 2]!, at, 1);
  const migrations = await sampleLoad(
    cluster,
    [0],
    (_, round) => change(volatile[round % 2]!, 0, round),
  );
  const recovery = await timedRecovery(cluster);
  using persistent = await attachDatabase(connections[0]!, `${name}_p.tdb`, { kind: "persistent" });
  const commits = await sampleLoad(
    cluster,
    [0],
    (_, round) =>
      persistent.transaction((transaction) => {
        // Differs from what is there: a transaction without a change is free.
        transaction.store(key(0), new Uint8Array(size).fill(round + 1));
      }),
  );
  for (const database of volatile) database.close();
  for (const connection of connections) connection.close();
  return {
    "migrations with store": migrations.perSecond,
    "CPU of a migration": migrations.cpu_us,
    "commits": commits.perSecond,
    "CPU of a commit": commits.cpu_us,
    "recovery": recovery.time_ms,
    "CPU of a recovery": recovery.cpu_ms,
  };
}
