/** The documents of a cluster of 64 nodes with 1000 databases: bounded questions, whole answers. */
import assert from "node:assert/strict";
import { clusterSchema, databasesSchema } from "../../../lib/admin/api/document-schemas.ts";
import { validatorOf } from "../../../lib/admin/api/validate.ts";
import { clusterDocument } from "../../../lib/admin/facts/cluster.ts";
import { ClusterSamples, databasesDocument } from "../../../lib/admin/facts/databases.ts";
import { nodeFacts } from "../../../lib/admin/facts/node.ts";
import { pingNodes } from "../../../lib/admin/facts/pings.ts";
import type { ClusterClient } from "../../../lib/client/mod.ts";
import { type DbStatistics, parseSocketAddress, RunState } from "../../../lib/wire/mod.ts";

const NODES = 64;
const DATABASES = 1000;

const latency = { num: 0, min_s: 0, max_s: 0, total_s: 0 };
const buckets = new Array<number>(16).fill(0);
const locks = { numCalls: 0, numCurrent: 0, numPending: 0, numFailed: 0, latency, buckets };
const nodes = Array.from({ length: NODES }, (_, pnn) => ({
  pnn,
  flags: 0,
  address: parseSocketAddress(`192.0.2.${pnn + 1}`, 4379),
}));
const databaseStatistics: DbStatistics = {
  locks,
  vacuum: { latency },
  dbRoDelegations: 0,
  dbRoRevokes: 0,
  hopCountBucket: buckets,
  hotKeys: Array.from({ length: 10 }, () => ({ count: 3, key: new Uint8Array([1, 2, 3]) })),
};

/** Answers every control at once, and counts. */
function fakeClient(): ClusterClient & { asked: number } {
  const replies: Readonly<Record<string, (request: never) => unknown>> = {
    GET_NODEMAP: () => nodes,
    GET_RECMODE: () => 0,
    GETVNNMAP: () => ({ generation: 77, map: nodes.map(({ pnn }) => pnn) }),
    GET_RUNSTATE: () => RunState.RUNNING,
    UPTIME: () => ({
      currentTime: 5_000_000n,
      ctdbdStartTime: 1_000_000n,
      lastRecoveryStarted: 2_000_000n,
      lastRecoveryFinished: 3_000_000n,
    }),
    STATISTICS: () => ({
      numClients: 1,
      totalCalls: 9,
      pendingCalls: 0,
      numRecoveries: 1,
      locks,
      node: { reqDmaster: 0, replyDmaster: 0 },
    }),
    GET_CAPABILITIES: () => 3,
    GET_BAN_STATE: () => ({ pnn: 0, time_s: 0 }),
    PING: () => 2,
    GET_DBMAP: () => Array.from({ length: DATABASES }, (_, dbId) => ({ dbId, flags: 0 })),
    GET_DBNAME: (id) => `database-${id}.tdb`,
    GET_DB_STATISTICS: () => databaseStatistics,
    GET_PUBLIC_IPS: () => [],
  };
  const client = {
    pnn: 0,
    asked: 0,
    control(_pnn: number, name: string, request: never) {
      client.asked++;
      return Promise.resolve(replies[name]!(request));
    },
  };
  return client as never;
}

Deno.test("64 nodes as each of them sees the others: a handful of questions to each", async () => {
  const client = fakeClient();
  const own = await nodeFacts(client, () => 0);
  client.asked = 0;
  const told = { version: "1", configuration: "c", round_trips: [[7, 0.002]] as const };
  const document = await clusterDocument(
    client,
    own,
    new Map([[5, told]]),
    await pingNodes(client, own),
  );
  const { valid, errors } = validatorOf(clusterSchema).validate({ ...document, silent: [] });
  assert.ok(valid, JSON.stringify(errors));
  const shown = document.nodes as readonly {
    readonly sees: readonly { readonly round_trip_s: number | null }[];
  }[];
  assert.equal(shown.length, NODES);
  assert.ok(shown.every(({ sees }) => sees.length === NODES));
  const from = (viewer: number, seen: number) => shown[viewer]!.sees[seen]!.round_trip_s;
  assert.equal(from(5, 7), 0.002);
  assert.equal(from(6, 7), null, "nobody has told");
  assert.ok(from(0, 7)! >= 0, "measured by the node that was asked");
  assert.equal(document.well, true);
  assert.equal(
    client.asked,
    6 * NODES - 5,
    "what the own node has said already is not asked again",
  );
});

Deno.test("1000 databases are not asked of 64 nodes one by one", async () => {
  const client = fakeClient();
  const samples = await new ClusterSamples(() => client).take();
  const document = databasesDocument(samples, new Map(), 0);
  const { valid, errors } = validatorOf(databasesSchema).validate({ ...document, silent: [] });
  assert.ok(valid, JSON.stringify(errors));
  assert.ok(client.asked < 3 * DATABASES, `${client.asked} questions`);
  assert.ok((document.databases as readonly unknown[]).length >= 500);
});
