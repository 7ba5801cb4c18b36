/** The admin API against requests that nobody should send: refused, and nothing comes of them. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import fc from "fast-check";
import { OPERATIONS } from "../../lib/admin/api/operations.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { askAdmin } from "../support/admin-client.ts";

const REQUESTS = 10_000;
const AT_ONCE = 25;

/** Sends bytes from one of many addresses of this machine; the status, 0 for a closed connection. */
function send(port: number, from: number, bytes: string, slow = false): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const localAddress = `127.9.${(from >> 8) & 0xff}.${(from & 0xff) || 1}`;
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  let text = "";
  const end = () => {
    socket.destroy();
    resolve(Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1] ?? 0));
  };
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    text = (text + part).replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, "");
    if (text.includes("\r\n\r\n")) end();
  });
  socket.on("error", end);
  socket.on("close", end);
  socket.on("connect", () => {
    // A server that has refused already has closed: that is no failure of the test.
    socket.write(bytes, "latin1", () => {
      if (!slow) socket.end();
    });
  });
  return promise;
}

const paths = OPERATIONS.map(({ path }) => path);
const odd = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom("..", "%2e%2e", "%00", "%ff", "0", "-1", "4096", "1e9", "$(id)", "'; --", "null"),
);
const hostilePath = fc.oneof(
  fc.tuple(fc.constantFrom(...paths), odd).map(([path, word]) =>
    path.replace(/\{\w+\}/, encodeURIComponent(word)).replaceAll("{", "").replaceAll("}", "")
  ),
  fc.tuple(fc.constantFrom(...paths), odd, odd).map(([path, name, value]) =>
    `${path}?${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  ),
  fc.constantFrom(
    "/../../etc/passwd",
    "/page.js/../../../etc/shadow",
    "//v1/node",
    "/v1/%2e%2e/tokens",
    "/v1/tokens",
    "/V1/NODE",
    "/v1/node/",
    "http://evil.example/v1/node",
    "*",
    "/v1/events/../../../",
  ),
  fc.string({ minLength: 1, maxLength: 60 }).map((text) => `/${text.replace(/[\s\0]/g, "")}`),
);
const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X");
const header = fc.oneof(
  fc.constantFrom(
    "Origin: https://evil.example",
    "Sec-Fetch-Site: cross-site",
    "Authorization: Bearer ctdb_000000000000_" + "0".repeat(64),
    "Authorization: Bearer " + "x".repeat(200),
    "Authorization: Basic cm9vdDpyb290",
    "X-Ctdb-Role: owner",
    "X-Ctdb-On-Behalf: root",
    "Transfer-Encoding: chunked",
    "Content-Length: 99999999999",
    "Content-Length: -1",
    "Expect: 100-continue",
    "Upgrade: websocket",
    "Accept: application/cbor;q=NaN, */*",
    "Last-Event-ID: -1",
    "Cookie: a=b",
  ),
  fc.integer({ min: 1, max: 10_000 }).map((length) => `X-Long: ${"y".repeat(length)}`),
);
const body = fc.oneof(
  fc.constant(""),
  fc.json({ maxDepth: 4 }),
  fc.string({ maxLength: 200 }),
  fc.integer({ min: 1, max: 9000 }).map((length) => "[".repeat(length)),
);

/** One request as bytes; `token` is a viewer's, for those that get past the door. */
function requests(token: string): fc.Arbitrary<string> {
  const known = fc.constantFrom("", `Authorization: Bearer ${token}`);
  return fc.oneof(
    {
      weight: 9,
      arbitrary: fc.tuple(method, hostilePath, fc.array(header, { maxLength: 3 }), known, body).map(
        ([method, path, headers, known, body]) => {
          const length = headers.some((text) => /^(Content-Length|Transfer)/.test(text))
            ? []
            : [`Content-Length: ${new TextEncoder().encode(body).length}`];
          const type = "Content-Type: application/json";
          const lines = [`Host: n`, ...headers, ...(known === "" ? [] : [known]), type, ...length];
          return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
        },
      ),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 500 }) },
  );
}

/** What must be the same afterwards. */
async function stateOf(node: ClusterNode): Promise<string> {
  const socket = `${node.base}/run/admin.socket`;
  const { text } = await askAdmin(socket, "/v1/cluster");
  const cluster = JSON.parse(text) as { generation: number; nodes: { flags: unknown }[] };
  const tokens = await askAdmin(socket, "/v1/tokens");
  const tunables = await askAdmin(socket, "/v1/tunables");
  const flags = cluster.nodes.map(({ flags }) => flags);
  return JSON.stringify([cluster.generation, flags, tokens.text, tunables.text]);
}

function memory_kb(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)![1]);
}

Deno.test("ten thousand hostile requests are refused, and nothing comes of them", async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours],
    conf: { admin: { listen: "127.0.0.1:0" } },
  });
  const node = cluster.node(0);
  const socket = `${node.base}/run/admin.socket`;
  await cluster.until("the API listens", () => askAdmin(socket, "/livez").then(() => true));
  const port = Number(/listens: 127\.0\.0\.1:(\d+)/.exec(Deno.readTextFileSync(node.logFile))![1]);
  const made = await askAdmin(socket, "/v1/tokens", { method: "POST", body: { role: "viewer" } });
  const token = String(made.at("token"));
  const before = await stateOf(node);

  await t.step("whatever is sent", async () => {
    const counts = new Map<number, number>();
    const samples = fc.sample(requests(token), REQUESTS);
    const memory: number[] = [];
    for (let at = 0; at < samples.length; at += AT_ONCE) {
      const batch = samples.slice(at, at + AT_ONCE);
      const statuses = await Promise.all(batch.map((bytes, i) => send(port, at + i, bytes)));
      statuses.forEach((status, i) => {
        counts.set(status, (counts.get(status) ?? 0) + 1);
        // A viewer may read; nothing else that is sent here may succeed, and nothing may break.
        const reads = /^(GET|HEAD) /.test(batch[i]!) || status === 0;
        assert.ok(reads ? status < 500 : status >= 400 && status < 500, `${status}: ${batch[i]}`);
      });
      if (at % 1000 === 0) memory.push(memory_kb(node.pid));
    }
    assert.ok((counts.get(400) ?? 0) > 500, `statuses ${JSON.stringify([...counts])}`);
    assert.ok((counts.get(401) ?? 0) > 100, `statuses ${JSON.stringify([...counts])}`);
    // It goes up and down with the collector: what is never given back shows at the low points.
    const [early, late] = [memory.slice(0, 5), memory.slice(5)].map((part) => Math.min(...part!));
    assert.ok(late! < early! + 40_000, `memory grows: ${memory.join()} kB`);
  });

  await t.step("who sends slowly is shown the door, and keeps nobody else out", async () => {
    const slow = Array.from(
      { length: 60 },
      (_, i) => send(port, 20_000 + i, "GET /v1/node HTTP/1.1\r\nHost: n\r\n", true),
    );
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await askAdmin(`127.0.0.1:${port}`, "/v1/node", { headers })).status, 200);
    const statuses = new Set(await Promise.all(slow));
    assert.deepEqual([...statuses].filter((status) => status !== 0 && status !== 408), []);
  });

  await t.step("who asks without end is told to ask less often", async () => {
    const headers = { authorization: `Bearer ${token}` };
    const statuses = new Set<number>();
    // More than 200 at once and 100 a second, which a busy machine may not manage at the first try.
    await waitFor("somebody is told so", async () => {
      const asked = Array.from(
        { length: 190 },
        () => askAdmin(`127.0.0.1:${port}`, "/v1/whoami", { headers }),
      );
      for (const { status } of await Promise.all(asked)) statuses.add(status);
      return statuses.has(429);
    }, { interval_ms: 0 });
    assert.deepEqual([...statuses].sort(), [200, 429]);
  });

  assert.equal(await stateOf(node), before);
  assert.equal((await askAdmin(socket, "/healthy")).status, 200);
  assert.doesNotMatch(Deno.readTextFileSync(node.logFile), /A defect|Admin API: (GET|POST)/);
});
