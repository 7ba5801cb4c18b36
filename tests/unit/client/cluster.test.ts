import assert from "node:assert/strict";
import {
  type Cluster,
  connect,
  ConnectionError,
  type ConnectToClusterOptions,
  type ReplicatedDatabase,
  type VolatileDatabase,
} from "../../../mod.ts";
import { FakeDaemon, type FakeState, healthyState, withFlags } from "../../../mod_testing.ts";

const MINE = 0xae00_0000_0000_0007n;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined) => new TextDecoder().decode(data);

/** Runs `body` against a fake daemon. */
async function withCluster(
  body: (cluster: Cluster, daemon: FakeDaemon, directory: string) => Promise<void>,
  state: FakeState = healthyState(),
  options: ConnectToClusterOptions = {},
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-library-" });
  try {
    await using daemon = await FakeDaemon.start(directory, state);
    await using cluster = await connect({ socket: daemon.socket, ...options });
    await body(cluster, daemon, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("library: nodes are spelled as in JSON", () =>
  withCluster(async (cluster) => {
    assert.deepEqual(
      (await cluster.nodes()).map(({ state, active, healthy }) => ({ state, active, healthy })),
      [
        { state: "OK", active: true, healthy: true },
        { state: "UNHEALTHY", active: true, healthy: false },
        { state: "STOPPED|INACTIVE", active: false, healthy: false },
      ],
    );
    assert.equal(await cluster.leader(), 0);
  }, withFlags({ 1: 0x02, 2: 0x20 })));

Deno.test("library: messages are iterated over until they are closed", () =>
  withCluster(async (cluster, daemon) => {
    const messages = await cluster.subscribe(MINE);
    for (const word of ["one", "two", "three"]) cluster.message(cluster.pnn, MINE, bytes(word));
    const heard: string[] = [];
    for await (const data of messages) {
      heard.push(text(data));
      if (heard.length === 2) break;
    }
    assert.deepEqual(heard, ["one", "two"]);
    assert.equal(text(await messages.next()), "three");
    messages.close();
    assert.equal(await messages.next(), undefined);
    // Named ones, too.
    using recoveries = await cluster.subscribe("RECONFIGURE");
    daemon.send(recoveries.srvid, new Uint8Array());
    assert.equal((await recoveries.next())?.length, 0);
  }));

Deno.test("library: an abort ends the waiting for a message and nothing else", () =>
  withCluster(async (cluster) => {
    using messages = await cluster.subscribe(MINE);
    const abort = new AbortController();
    const waiting = messages.next({ signal: abort.signal });
    abort.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    cluster.message(cluster.pnn, MINE, bytes("later"));
    assert.equal(text(await messages.next()), "later");
  }));

Deno.test("library: watch begins with the nodes and tells what changes", () =>
  withCluster(async (cluster, daemon) => {
    const events = cluster.watch();
    const next = async () => (await events.next()).value!;
    assert.equal((await next()).event, "nodes");
    assert.deepEqual(await next(), { event: "leader", pnn: 0 });
    daemon.send(0xf200_0000_0000_0000n, new Uint8Array());
    assert.deepEqual(await next(), { event: "reconfigured" });
    daemon.send(0xf300_0000_0000_0000n, bytes("10.0.0.31\0"));
    assert.deepEqual(await next(), { event: "released", address: "10.0.0.31" });
    daemon.state.nodes[1]!.flags = 0x08;
    const changed = await next();
    assert.ok(changed.event === "nodes");
    assert.equal(changed.nodes[1]!.state, "BANNED|INACTIVE");
    await events.return();
  }));

Deno.test("library: public addresses by who says to have them, tickles by connection", () => {
  const state = healthyState();
  state.publicIps = [{ address: "10.0.0.31", pnn: 2 }, { address: "10.0.0.32", pnn: 0xffffffff }];
  state.tickles = [{ source: "10.0.0.99", destination: "10.0.0.31" }];
  return withCluster(async (cluster) => {
    assert.deepEqual(await cluster.publicAddresses(), [
      { address: "10.0.0.31", pnn: 2 },
      { address: "10.0.0.32", pnn: undefined },
    ]);
    assert.deepEqual(await cluster.tickles("10.0.0.31"), [{
      source: { address: "10.0.0.99", port: 50_001 },
      destination: { address: "10.0.0.31", port: 445 },
    }]);
  }, state);
});

Deno.test("library: without reconnecting everything ends with the daemon", () =>
  withCluster(async (cluster, daemon) => {
    const messages = await cluster.subscribe(MINE);
    daemon.dropClients();
    await cluster.ended;
    await assert.rejects(messages.next(), ConnectionError);
    await assert.rejects(cluster.nodes(), ConnectionError);
  }));

Deno.test("library: a daemon that comes back is used again, and what was lost is said", () =>
  withCluster(
    async (cluster, daemon) => {
      using messages = await cluster.subscribe(MINE);
      const events = cluster.watch();
      const seen: string[] = [];
      daemon.dropClients();
      for await (const event of events) {
        seen.push(event.event);
        if (event.event !== "reconnected") continue;
        assert.ok(event.lost.subscriptions.includes(MINE));
        assert.deepEqual(event.lost.databases, []);
        break;
      }
      assert.ok(seen.includes("reconnected"));
      cluster.message(cluster.pnn, MINE, bytes("again"));
      assert.equal(text(await messages.next()), "again");
    },
    healthyState(),
    { reconnect: true },
  ));

/** Whether a kind of database can do something: the compiler says so. */
type Can<D, What extends string> = What extends keyof D ? true : false;

Deno.test("library: what does not fit the kind of a database does not compile", () => {
  const volatile: [Can<VolatileDatabase, "fetchLocked">, Can<VolatileDatabase, "transaction">] = [
    true,
    false,
  ];
  const others: [Can<ReplicatedDatabase, "fetchLocked">, Can<ReplicatedDatabase, "transaction">] = [
    false,
    true,
  ];
  assert.deepEqual(volatile, others.toReversed());
});
