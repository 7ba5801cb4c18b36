/** `ctdb ready`, `safe-to-stop`, `token`, `events`, `history` and `web` on a real node. */
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";
import { askAdmin } from "../support/admin-client.ts";

/** The status of a request with these headers. */
function statusOf(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<number> {
  const [host, port] = address.split(":");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = httpRequest({ host, port: Number(port), path, method, headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  request.on("error", reject);
  request.end();
  return promise;
}

Deno.test("commands over the admin API of a node", async (t) => {
  await using cluster = await Cluster.start({ nodes: [ours, ours] });
  const [node, other] = [cluster.node(0), cluster.node(1)];
  const socket = `${node.base}/run/admin.socket`;
  await cluster.until("the API listens", () => askAdmin(socket, "/livez").then(() => true));

  await t.step("ready and safe-to-stop are exit statuses", async () => {
    assert.deepEqual(await node.ctdb(["ready"]), { stdout: "ready\n", stderr: "", exit: 0 });
    assert.equal((await node.ctdb(["safe-to-stop", "1"])).exit, 0);
    assert.equal((await node.ctdb(["stop", "-n", "1"])).exit, 0);
    const last = await node.ctdb(["safe-to-stop"]);
    assert.equal(last.exit, 1);
    assert.equal(last.stdout, "Node 0: no other node is active: the cluster would end\n");
    const stopped = await other.ctdb(["ready"]);
    assert.equal(stopped.exit, 1);
    assert.match(stopped.stdout, /^not ready: stopped: stopped$/m);
    assert.match(stopped.stdout, /^not ready: joined: not part of the cluster while stopped/m);
    assert.equal((await node.ctdb(["continue", "-n", "1"])).exit, 0);
    await cluster.untilHealthy();
    const json = await node.ctdb(["ready", "--json"]);
    assert.equal((JSON.parse(json.stdout) as { ready: boolean }).ready, true);
  });

  await t.step("a token is made, listed, revoked", async () => {
    const made = await node.ctdb([
      "token",
      "create",
      "--role=operator",
      "--expires=30d",
      "--name=a b",
    ]);
    assert.match(made.stdout, /^ctdb_[0-9a-f]{12}_[0-9a-f]{64}\n$/);
    const id = made.stdout.split("_")[1]!;
    const listed = await node.ctdb(["token", "list"]);
    assert.match(listed.stdout, new RegExp(`^${id} operator made \\S+ expires \\S+ a b\\n$`));
    assert.equal((await node.ctdb(["token", "revoke", id])).exit, 0);
    const again = await node.ctdb(["token", "revoke", id]);
    assert.deepEqual([again.exit, again.stderr], [
      1,
      `There is no token ${id}: see \`ctdb token list\`\n`,
    ]);
    assert.equal((await node.ctdb(["token", "list"])).stdout, "There are no tokens\n");
    const wrong = await node.ctdb(["token", "create", "--expires=soon"]);
    assert.deepEqual([wrong.exit, wrong.stdout], [1, ""]);
    assert.match(wrong.stderr, /Not a time: soon/);
  });

  await t.step("events and history tell what happened", async () => {
    const events = await node.ctdb(["events"]);
    assert.match(events.stdout, /warning node 1 is STOPPED\|INACTIVE, was OK$/m);
    const history = await node.ctdb(["history", "--json"]);
    const told = JSON.parse(history.stdout) as { events: readonly { kind: string }[] };
    assert.ok(told.events.some(({ kind }) => kind === "recovery-finished"), history.stdout);
    const past = await node.ctdb(["history", "--around=2001-01-01T00:00:00Z"]);
    assert.equal(past.stdout, "Nothing is known of that time\n");
    const later = new Date(Date.now() + 60_000).toISOString();
    assert.equal((await node.ctdb(["events", `--since=${later}`])).stdout, "");
    const first = new Date(Date.now() - 3_600_000).toISOString();
    const since = (await node.ctdb(["events", `--since=${first}`])).stdout;
    assert.ok(since.startsWith(events.stdout), since);
    const lately = await node.ctdb(["history", "--around=5s"]);
    assert.match(lately.stdout, /node 1 is STOPPED/);
    for (const wrong of [["history", "--around=yesterday"], ["events", "--since=1"]]) {
      const { exit, stderr } = await node.ctdb(wrong);
      assert.equal(exit, 1);
      assert.match(stderr, /Not a time: \w+: write it like 90s/);
    }
    await using follower = RunningProgram.start("ctdb", ["events", "--follow", "--since=10m"], {
      env: { ...node.env },
    });
    assert.equal((await node.ctdb(["setvar", "MonitorInterval", "14"])).exit, 0);
    await follower.stdout(/Tunable MonitorInterval is 14 now on node 0/);
    // A daemon that has ended is waited for; its successor tells what was missed.
    await node.stop();
    node.start();
    await cluster.untilHealthy();
    assert.equal((await node.ctdb(["setvar", "MonitorInterval", "13"])).exit, 0);
    await follower.stdout(/Tunable MonitorInterval is 13 now on node 0/);
  });

  await t.step("the web address is for who has its token, on this machine", async () => {
    const refused = await node.ctdb(["web", "--listen=0.0.0.0:0"]);
    assert.equal(refused.exit, 1);
    assert.match(refused.stderr, /only loopback addresses/);
    await using web = RunningProgram.start("ctdb", ["web", "--listen=127.0.0.1:0"], {
      env: { ...node.env },
    });
    const text = await web.stdout(/#once=[0-9a-f]{64}\n/);
    const [, address, once] = /^http:\/\/(\S+)\/#once=(\S+)$/m.exec(text)!;
    const session = (token: string, headers: Record<string, string> = {}) =>
      askAdmin(address!, "/session", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
    assert.equal(
      await statusOf(address!, "/v1/node", { authorization: `Bearer ${once}` }),
      401,
      "the token of the address is for a session only",
    );
    assert.equal((await session("0".repeat(64))).status, 401);
    assert.equal((await session(once!, { "sec-fetch-site": "cross-site" })).status, 403);
    assert.equal((await session(once!, { host: "evil.example" })).status, 403);
    const opened = await session(once!);
    assert.equal(opened.status, 200);
    assert.equal((await session(once!)).status, 401, "it works once");
    const authorization = `Bearer ${opened.at("token")}`;
    const both = await web.stdout(/(#once=[0-9a-f]{64}\n[^]*){2}/);
    const [, next] = [...both.matchAll(/#once=(\S+)/g)].map((match) => match[1]!);
    assert.notEqual(next, once);
    assert.equal((await session(next!)).status, 200, "the next browser has an address of its own");
    const status = (path: string, headers: Record<string, string>, method?: string) =>
      statusOf(address!, path, headers, method);
    assert.equal(await status("/v1/node", { authorization }), 200);
    assert.equal(await status("/", {}), 200);
    assert.equal(await status("/v1/node", {}), 401);
    assert.equal(await status("/v1/node", { authorization: `Bearer ${"0".repeat(64)}` }), 401);
    // A name of elsewhere that leads here: what DNS rebinding looks like.
    assert.equal(await status("/v1/node", { authorization, host: "evil.example" }), 403);
    assert.equal(await status("/v1/node", { authorization, origin: "http://evil.example" }), 403);
    const owner = { authorization, "x-ctdb-role": "owner" };
    assert.equal(await status("/v1/tokens", owner), 403, "roles are not the browser's to say");
    assert.equal(await status("/v1/nodes/1/disable", { authorization }, "POST"), 200);
    assert.equal(await status("/v1/nodes/1/enable", { authorization }, "POST"), 200);
  });

  await t.step("without a daemon there is no answer", async () => {
    await node.kill();
    for (const command of [["ready"], ["safe-to-stop"], ["web"], ["token", "list"]]) {
      const { exit, stderr } = await node.ctdb(command);
      assert.equal(exit, 2, command.join(" "));
      assert.match(stderr, /Ask the admin API: .*admin\.socket/);
    }
  });
});
