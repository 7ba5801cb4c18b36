import type { DaemonConnection } from "../../../lib/client/mod.ts";
import { CallFlag, CallId } from "../../../lib/wire/mod.ts";
import { Cluster } from "../../../testing/cluster/cluster.ts";
import { type GrowthFamily, inTurn, sizesOf, type Subject, type Values } from "../growth-family.ts";
import { patientClient, sampleLoad, usage } from "../sample.ts";

const SIZES = [1, 3, 10, 30, 100, 300, 1000];
const SHORT = 100;
const SRVID = 0x6772_6f77_7400_0000n;
const DATABASE = "growth_clients.tdb";

interface GrowthClient {
  readonly connection: DaemonConnection;
  readonly dbId: number;
  readonly key: Uint8Array;
  readonly srvid: bigint;
  arrived: (() => void) | undefined;
}

/** A cluster of one node, and the clients that it has by now. */
interface Served {
  readonly cluster: Cluster;
  readonly clients: GrowthClient[];
}

/** Clients of one node, each with one thing under way. */
export const clients: GrowthFamily = {
  name: "clients",
  title: "Clients of one node, each of which pings, sends itself a message or fetches a record",
  size: "clients",
  quantities: [
    { name: "pings", unit: "1/s" },
    { name: "CPU of a ping", unit: "us", power: 0 },
    { name: "messages", unit: "1/s" },
    { name: "CPU of a message", unit: "us", power: 0 },
    { name: "fetches", unit: "1/s" },
    { name: "CPU of a fetch", unit: "us", power: 0 },
    { name: "memory", unit: "MB", power: 1 },
  ],
  async *measure(setup) {
    await using clusters = new AsyncDisposableStack();
    const subjects: Subject<Served>[] = [];
    for (const { side, kind } of setup.kinds) {
      const cluster = clusters.use(await Cluster.start({ nodes: [kind], clusterLock: false }));
      subjects.push({ side, subject: { cluster, clients: [] } });
    }
    yield* inTurn(subjects, sizesOf(setup, SIZES, SHORT), async ({ cluster, clients }, size) => {
      while (clients.length < size) clients.push(await connect(cluster, clients.length));
      return await measure(cluster, clients);
    });
    for (const { subject } of subjects) {
      for (const { connection } of subject.clients) connection.close();
    }
  },
};

async function connect(cluster: Cluster, index: number): Promise<GrowthClient> {
  const connection = await patientClient(cluster.node(0));
  const dbId = await connection.control(connection.pnn, "DB_ATTACH", DATABASE);
  const client: GrowthClient = {
    connection,
    dbId,
    key: new TextEncoder().encode(`record ${index}`),
    srvid: SRVID + BigInt(index),
    arrived: undefined,
  };
  await connection.subscribe(client.srvid, () => client.arrived?.());
  return client;
}

async function measure(
  cluster: Cluster,
  all: readonly GrowthClient[],
): Promise<Values> {
  const { pnn } = cluster.node(0);
  const pings = await sampleLoad(
    cluster,
    all,
    ({ connection }) => connection.control(pnn, "PING", undefined),
  );
  const messages = await sampleLoad(cluster, all, (client) => {
    const arrived = new Promise<void>((resolve) => client.arrived = resolve);
    client.connection.message(pnn, client.srvid, client.key);
    return arrived;
  });
  const fetches = await sampleLoad(cluster, all, ({ connection, dbId, key }) =>
    connection.call({
      dbId,
      key,
      callid: CallId.NULL,
      flags: CallFlag.IMMEDIATE_MIGRATION,
    }));
  return {
    "pings": pings.perSecond,
    "CPU of a ping": pings.cpu_us,
    "messages": messages.perSecond,
    "CPU of a message": messages.cpu_us,
    "fetches": fetches.perSecond,
    "CPU of a fetch": fetches.cpu_us,
    "memory": usage(cluster).memory_kb / 1024,
  };
}
