/** The admin API of a real cluster: every document as its schema says, what happens, what is changed. */
import assert from "node:assert/strict";
import { decode as fromCbor } from "cbor-x/decode";
import { OPERATIONS } from "../../lib/admin/api/operations.ts";
import { validatorOf } from "../../lib/admin/api/validate.ts";
import { askAdmin, EventFollower } from "../support/admin-client.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";

const ADDRESSES = ["192.168.77.1", "192.168.77.2", "192.168.77.3"];
const SCRIPT = `#!/bin/sh
case "$1" in monitor) if [ -e "$CTDB_BASE/sick" ]; then echo "the sun is down"; exit 1; fi ;; esac
exit 0
`;

const socketOf = (node: ClusterNode) => `${node.base}/run/admin.socket`;

function start(): Promise<Cluster> {
  return Cluster.start({
    nodes: [ours, ours, ours],
    tunables: { MonitorInterval: 1 },
    conf: { admin: { listen: "127.0.0.1:0" } },
    files: {
      "public_addresses": ADDRESSES.map((address) => `${address}/24 lo\n`).join(""),
      "events/legacy/50.sun.script": SCRIPT,
    },
  });
}

/** Whether every address has a host. */
async function hosted(node: ClusterNode): Promise<boolean> {
  const { status, text } = await askAdmin(socketOf(node), "/v1/addresses");
  if (status !== 200) return false;
  const { addresses } = JSON.parse(text) as { addresses: { node: number | null }[] };
  return addresses.length === ADDRESSES.length && addresses.every(({ node }) => node !== null);
}

Deno.test("the admin API of three nodes", async (t) => {
  await using cluster = await start();
  const [first, second, third] = cluster.nodes as readonly [ClusterNode, ClusterNode, ClusterNode];
  const socket = socketOf(first);
  await cluster.until("the API listens", () => askAdmin(socket, "/livez").then(() => true));
  const attached = await first.ctdb(["attach", "test.tdb", "persistent"]);
  assert.equal(attached.exit, 0, attached.stderr);
  await cluster.until("all addresses are hosted", () => hosted(first));

  await t.step("every document is as its schema says, in JSON and in CBOR", async () => {
    for (const { id, method, path, response } of OPERATIONS) {
      if (method !== "get") continue;
      const at = path.replace("{name}", "test.tdb");
      const json = await askAdmin(socket, at);
      assert.equal(json.status, 200, `${id}: ${json.text}`);
      const { valid, errors } = validatorOf(response).validate(JSON.parse(json.text));
      assert.ok(valid, `${id}: ${JSON.stringify(errors)} of ${json.text}`);
      const cbor = await askAdmin(socket, at, { headers: { accept: "application/cbor" } });
      assert.equal(cbor.type, "application/cbor", id);
      const decoded = validatorOf(response).validate(fromCbor(cbor.bytes));
      assert.ok(decoded.valid, `${id} in CBOR: ${JSON.stringify(decoded.errors)}`);
    }
    const document = await askAdmin(socket, "/v1/openapi.json");
    assert.equal(document.at("openapi"), "3.1.0");
    assert.equal((await askAdmin(socket, "/metrics?names=exporter")).status, 200);
    assert.equal((await askAdmin(socket, "/metrics?names=evil")).status, 400);
    assert.equal((await askAdmin(socket, "/metrics?name=exporter")).status, 400);
  });

  await t.step("health is a status", async () => {
    for (const path of ["/livez", "/readyz", "/healthy"]) {
      assert.equal((await askAdmin(socket, path)).status, 200, path);
      const head = await askAdmin(socket, path, { method: "HEAD" });
      assert.deepEqual([head.status, head.bytes.length], [200, 0], path);
    }
    const leaders = await Promise.all(
      cluster.nodes.map((node) => askAdmin(socketOf(node), "/leader")),
    );
    assert.deepEqual(leaders.map(({ status }) => status).sort(), [200, 503, 503]);
    const verbose = await askAdmin(socket, "/readyz?verbose");
    assert.match(verbose.text, /^\[\+\] recovery: normal$/m);
  });

  await t.step("an operator disables a node and enables it, and the history says who", async () => {
    const disabled = await askAdmin(socket, `/v1/nodes/${second.pnn}/disable`, { method: "POST" });
    assert.equal(disabled.status, 200, disabled.text);
    const { status } = await askAdmin(socketOf(second), "/healthy");
    assert.equal(status, 503);
    assert.equal((await askAdmin(socketOf(second), "/readyz")).status, 200);
    const cluster_ = await askAdmin(socket, "/v1/cluster");
    assert.equal(cluster_.at("nodes", second.pnn, "state"), "disabled");
    assert.equal(cluster_.at("well"), false);
    const enabled = await askAdmin(socket, `/v1/nodes/${second.pnn}/enable`, { method: "POST" });
    assert.equal(enabled.status, 200, enabled.text);
    const { text } = await askAdmin(socket, "/v1/events");
    assert.match(text, /unix socket on node 0: ctdb -n 1 disable: done/);
    assert.match(text, /A client on node 0 asks node 1 to disable/);
  });

  await t.step("a node that is stopped does not take its own state for the cluster's", async () => {
    const own = socketOf(third);
    const stopped = await askAdmin(own, `/v1/nodes/${third.pnn}/stop`, { method: "POST" });
    assert.equal(stopped.status, 200, stopped.text);
    const state = () => askAdmin(own, "/v1/cluster");
    await cluster.until(
      "the others have recovered",
      async () => (await state()).at("recovery_mode") === "normal",
    );
    const node = await askAdmin(own, "/v1/node");
    assert.equal(node.at("recovery_mode"), "recovery", "itself takes part in nothing");
    const findings = await askAdmin(own, "/v1/findings");
    assert.match(findings.text, /Node 2 is stopped by an administrator/);
    assert.doesNotMatch(findings.text, /A recovery is going on/);
    assert.match((await askAdmin(own, "/metrics")).text, /^ctdb_recovery_active 0$/m);
    const back = await askAdmin(own, `/v1/nodes/${third.pnn}/continue`, { method: "POST" });
    assert.equal(back.status, 200, back.text);
    await cluster.until("it is back", async () => (await state()).at("well") === true);
    await cluster.until("all addresses are hosted", () => hosted(first));
  });

  await t.step("an address is moved", async () => {
    const before = await askAdmin(socket, "/v1/addresses");
    const holder = Number(before.at("addresses", 0, "node"));
    const to = (holder + 1) % 3;
    const path = `/v1/addresses/${ADDRESSES[0]}/move`;
    const moved = await askAdmin(socket, path, { method: "POST", body: { node: to } });
    assert.equal(moved.status, 200, moved.text);
    assert.equal((await askAdmin(socket, "/v1/addresses")).at("addresses", 0, "node"), to);
    const nowhere = await askAdmin(socket, path, { method: "POST", body: { node: 7 } });
    assert.equal(nowhere.status, 409, nowhere.text);
    assert.equal(nowhere.type, "application/problem+json");
  });

  await t.step(
    "a script that fails is an event with its output, and so is that it succeeds",
    async () => {
      using follower = new EventFollower(socket);
      await Deno.writeTextFile(`${third.base}/sick`, "");
      const isTold = (kind: string) => follower.events.find((event) => event.kind === kind);
      const failed = await cluster.until("the failure is told", () => isTold("script-failed"));
      assert.equal(failed.node, third.pnn);
      assert.deepEqual(failed.detail, {
        event: "monitor",
        script: "50.sun",
        result: 1,
        output: "the sun is down",
      });
      await cluster.until("doctor says so", async () => {
        const { text } = await askAdmin(socketOf(third), "/v1/findings");
        return text.includes("Script 50.sun failed in event monitor");
      });
      await Deno.remove(`${third.base}/sick`);
      await cluster.until("it succeeds again", () => isTold("script-mended"));
      await cluster.untilHealthy();
    },
  );

  await t.step("a stream that is open ends when its token is revoked", async () => {
    const [, port] = /listens: (127\.0\.0\.1:\d+)/.exec(first.log())!;
    const made = await askAdmin(socket, "/v1/tokens", { method: "POST", body: { role: "viewer" } });
    const response = await fetch(`http://${port}/v1/events`, {
      headers: {
        authorization: `Bearer ${made.at("token")}`,
        accept: "text/event-stream",
      },
    });
    assert.equal(response.status, 200);
    const told = response.text();
    const set = (name: string) => first.ctdb(["setvar", name, "1"]);
    await set("LogLatencyMs");
    const revoked = await askAdmin(socket, `/v1/tokens/${made.at("id")}`, { method: "DELETE" });
    assert.equal(revoked.status, 200, revoked.text);
    await set("StatHistoryInterval");
    const text = await told;
    assert.match(text, /LogLatencyMs/);
    assert.doesNotMatch(text, /StatHistoryInterval/);
  });

  await t.step("a node that dies is told with its last words, and by the others", async () => {
    await cluster.until("all addresses are hosted", () => hosted(first));
    using follower = new EventFollower(socket);
    const victim = cluster.nodes.find(({ pnn }) => pnn !== 0)!;
    const safe = await askAdmin(socket, `/v1/safe-to-stop?node=${victim.pnn}`);
    assert.deepEqual(JSON.parse(safe.text), {
      node: victim.pnn,
      ok: true,
      reason: null,
      reasons: [],
      silent: [],
    });
    await victim.kill();
    const told = (kind: string) => follower.events.filter((event) => event.kind === kind);
    await cluster.until(
      "the cluster goes on",
      () => told("recovery-finished").length > 0 && told("takeover-finished").length > 0,
    );
    // Each node tells of its own link, when it comes to it.
    await cluster.until("both have lost it", () => told("link-down").length >= 2);
    assert.deepEqual(
      told("link-down").map(({ node, detail }) => [node, detail.peer]).sort(),
      cluster.nodes.filter((node) => node !== victim).map(({ pnn }) => [pnn, victim.pnn]),
    );
    const seen = await askAdmin(socket, "/v1/cluster");
    assert.equal(seen.at("nodes", victim.pnn, "state"), "disconnected");
    const { text } = await askAdmin(socket, "/v1/history?minutes=60");
    assert.match(text, new RegExp(`node ${victim.pnn} starts, ctdb-deno`));
    victim.start();
    await cluster.untilHealthy();
  });

  await t.step(
    "a stream goes on behind the last event that was read, also over a restart",
    async () => {
      const { text } = await askAdmin(socket, "/v1/events?limit=5");
      const { events } = JSON.parse(text) as { events: { id: number }[] };
      await first.stop();
      first.start();
      await cluster.untilHealthy();
      await cluster.until("the API listens", () => askAdmin(socket, "/livez").then(() => true));
      using follower = new EventFollower(socket, { "last-event-id": String(events[1]!.id) });
      await cluster.until("what was missed comes", () => follower.events.length > 4);
      assert.deepEqual(
        follower.events.slice(0, 3).map(({ id }) => id),
        events.slice(2).map(({ id }) => id),
      );
      assert.ok(follower.events.some(({ kind }) => kind === "daemon-stopping"));
    },
  );

  await t.step(
    "each node has the story of all, also of what happened while it was away",
    async () => {
      const stories = () => Promise.all(cluster.nodes.map(storyOf));
      let missed: readonly string[] = [];
      const isWhole = async () => {
        const all = await stories();
        const whole = new Set(all.flat());
        missed = all.flatMap((story, pnn) => {
          const known = new Set(story);
          return [...whole].flatMap((event) => known.has(event) ? [] : `${pnn} lacks ${event}`);
        });
        return missed.length === 0;
      };
      await cluster.until("nobody has missed anything", isWhole).catch((error) => {
        // Of the logs, which say nothing of this, too much would be in between.
        throw missed.length === 0 ? error : new Error(missed.slice(0, 10).join("\n"));
      });
      const all = await stories();
      for (const told of all) assert.deepEqual(told, [...new Set(told)], "nothing is told twice");
      const [story = []] = all;
      for (const kind of ["daemon-started", "recovery-finished", "link-down", "daemon-stopping"]) {
        assert.ok(
          story.some((event) => event.endsWith(`: ${kind}`)),
          `${kind} in ${story.join("\n")}`,
        );
      }
    },
  );
});

/** What a node knows to have happened, to whom and when, as texts. */
async function storyOf(node: ClusterNode): Promise<readonly string[]> {
  const { text } = await askAdmin(socketOf(node), "/v1/events?limit=1000");
  const { events } = JSON.parse(text) as { events: Record<string, unknown>[] };
  return events.map(({ node, time, text, kind }) => `${node} ${time} ${text}: ${kind}`);
}
