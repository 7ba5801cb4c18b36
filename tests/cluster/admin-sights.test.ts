/** What the core tells administrators of its clients, its links and the locks that it waits for. */
import assert from "node:assert/strict";
import { openTdb } from "../../lib/tdb/mod.ts";
import { CallFlag, CallId } from "../../lib/wire/mod.ts";
import { clientsSchema, linksSchema, locksSchema } from "../../lib/admin/api/document-schemas.ts";
import type { Schema } from "../../lib/admin/api/schema.ts";
import { validatorOf } from "../../lib/admin/api/validate.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { askAdmin } from "../support/admin-client.ts";

const DATABASE = "sights.tdb";
const KEY = new TextEncoder().encode("held by a test");

const socketOf = (node: ClusterNode) => `${node.base}/run/admin.socket`;

/** A document that is as its schema says. */
async function document<T>(node: ClusterNode, path: string, schema: Schema): Promise<T> {
  const { status, text } = await askAdmin(socketOf(node), path);
  assert.equal(status, 200, text);
  const { valid, errors } = validatorOf(schema).validate(JSON.parse(text));
  assert.ok(valid, `${path}: ${JSON.stringify(errors)} of ${text}`);
  return JSON.parse(text);
}

interface Clients {
  readonly count: number;
  readonly clients: readonly {
    readonly id: number;
    readonly pid: number;
    readonly connected_at: string;
    readonly databases: readonly string[];
    readonly srvids: { readonly count: number; readonly first: readonly string[] };
  }[];
  readonly next_after: number | null;
}

interface Locks {
  readonly waits_count: number;
  readonly waits: readonly {
    readonly database: string;
    readonly key: string;
    readonly key_hex: string;
    readonly scope: string;
    readonly waited_s: number;
    readonly requests: number;
    readonly holders: readonly { readonly pid: number; readonly by: string }[];
  }[];
}

interface Links {
  readonly links: readonly {
    readonly pnn: number;
    readonly since: string;
    readonly sent: { readonly bytes: number; readonly packets: number };
    readonly received: { readonly bytes: number; readonly packets: number };
  }[];
}

async function start(conf: Record<string, Record<string, string>> = {}): Promise<Cluster> {
  const cluster = await Cluster.start({ nodes: [ours, ours], conf });
  for (const node of cluster.nodes) {
    const socket = socketOf(node);
    await cluster.until("the API listens", () => askAdmin(socket, "/livez").then(() => true));
  }
  return cluster;
}

Deno.test("clients: all of them, page by page, with what they listen to and have attached", async () => {
  const before_ms = Date.now();
  await using cluster = await start();
  const [node] = cluster.nodes as readonly [ClusterNode, ...ClusterNode[]];
  const clients = [];
  for (let made = 0; made < 300; made++) clients.push(await node.connect());
  const first = clients[0]!;
  await first.control(node.pnn, "DB_ATTACH", DATABASE);
  await first.subscribe(0xabcdefn, () => {});

  const found = new Map<number, Clients["clients"][number]>();
  let after: number | null = 0;
  let pages = 0;
  while (after !== null) {
    const page: Clients = await document(
      node,
      `/v1/clients?limit=100&after=${after}`,
      clientsSchema,
    );
    for (const client of page.clients) found.set(client.id, client);
    after = page.next_after;
    pages++;
  }
  assert.ok(pages >= 4, `${pages} pages`);
  const own = [...found.values()].filter(({ pid }) => pid === Deno.pid);
  assert.ok(own.length >= 300, `${own.length} of this process`);
  assert.ok(own.every(({ connected_at }) => Date.parse(connected_at) >= before_ms));
  const attached = own.filter(({ databases }) => databases.includes(DATABASE));
  assert.deepEqual(attached.map(({ srvids }) => srvids.first), [["0xabcdef"]]);
  const { length } =
    (await document<Clients>(node, "/v1/clients?limit=500", clientsSchema)).clients;
  assert.ok(length <= 500, `${length} at once`);
  for (const limit of ["0", "501", "1e2", "-1"]) {
    const { status, text } = await askAdmin(socketOf(node), `/v1/clients?limit=${limit}`);
    assert.equal(status, 400, `limit=${limit}: ${text}`);
  }
  for (const client of clients) client.close();
  await cluster.until("they are gone", async () => {
    const { count } = await document<Clients>(node, "/v1/clients", clientsSchema);
    return count < 10;
  });
});

Deno.test("clients: a process that has a database open without having attached it", async () => {
  await using cluster = await start({ database: { "tdb mutexes": "false" } });
  const [node] = cluster.nodes as readonly [ClusterNode, ...ClusterNode[]];
  const client = await node.client();
  const dbId = await client.control(node.pnn, "DB_ATTACH", DATABASE);
  const path = await client.control(node.pnn, "GETDBPATH", dbId);
  const other = await node.connect();
  const tdb = openTdb(path, { flags: await client.control(node.pnn, "DB_OPEN_FLAGS", dbId) });
  const { clients } = await document<Clients>(node, "/v1/clients", clientsSchema);
  const own = clients.filter(({ pid }) => pid === Deno.pid);
  assert.ok(own.length >= 2);
  assert.ok(own.every(({ databases }) => databases.includes(DATABASE)), JSON.stringify(own));
  tdb.close();
  other.close();
});

Deno.test("links: bytes and packets in both directions, and since when", async () => {
  await using cluster = await start();
  const [node, other] = cluster.nodes as readonly [ClusterNode, ClusterNode];
  const links = async (of: ClusterNode) =>
    (await document<Links>(of, "/v1/links", linksSchema)).links[0]!;
  const before = await links(node);
  const client = await node.client();
  const big = new Uint8Array(100_000);
  for (let sent = 0; sent < 10; sent++) {
    await client.control(other.pnn, "ECHO_DATA", { timeout_s: 0, data: big });
  }
  const after = await cluster.until("the traffic is counted", async () => {
    const now = await links(node);
    return now.received.bytes - before.received.bytes >= 1_000_000 ? now : undefined;
  });
  assert.ok(after.sent.bytes - before.sent.bytes >= 1_000_000, JSON.stringify(after));
  assert.ok(after.sent.packets - before.sent.packets >= 10);
  assert.equal(after.since, before.since);
  await other.stop();
  other.start();
  await cluster.untilHealthy();
  const again = await cluster.until("the link is up again", async () => {
    const now = await links(node);
    return now.since !== after.since ? now : undefined;
  });
  assert.ok(again.sent.bytes >= after.sent.bytes, "what was counted stays counted");
});

for (const mutexes of [false, true]) {
  Deno.test(`locks: who waits for whose record, mutexes ${mutexes ? "on" : "off"}`, async () => {
    await using cluster = await start({ database: { "tdb mutexes": String(mutexes) } });
    const [node] = cluster.nodes as readonly [ClusterNode, ...ClusterNode[]];
    const client = await node.client();
    const dbId = await client.control(node.pnn, "DB_ATTACH", DATABASE);
    const path = await client.control(node.pnn, "GETDBPATH", dbId);
    const tdb = openTdb(path, { flags: await client.control(node.pnn, "DB_OPEN_FLAGS", dbId) });
    assert.ok(tdb.tryChainLock(KEY));
    const request = { dbId, key: KEY, callid: CallId.NULL, flags: CallFlag.IMMEDIATE_MIGRATION };
    const fetched = client.call(request);
    const [wait] = await cluster.until("the wait is shown", async () => {
      const { waits } = await document<Locks>(node, "/v1/locks", locksSchema);
      return waits.length > 0 ? waits : undefined;
    });
    assert.equal(wait!.database, DATABASE);
    assert.equal(wait!.key_hex, KEY.toHex());
    assert.equal(wait!.scope, `chain ${tdb.chainOf(KEY)}`);
    assert.equal(wait!.requests, 1);
    assert.deepEqual(wait!.holders.map(({ pid, by }) => ({ pid, by })), [
      { pid: Deno.pid, by: mutexes ? "mutex" : "range" },
    ]);
    tdb.chainUnlock(KEY);
    await fetched;
    await cluster.until(
      "nobody waits",
      async () => (await document<Locks>(node, "/v1/locks", locksSchema)).waits_count === 0,
    );
    tdb.close();
  });
}
