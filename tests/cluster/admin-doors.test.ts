/** What the admin side cannot have or does not know: the administrator is told, the node goes on. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { nodeSchema } from "../../lib/admin/api/document-schemas.ts";
import { validatorOf } from "../../lib/admin/api/validate.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { askAdmin } from "../support/admin-client.ts";
import { certificate, openssl, signed } from "../support/certificates.ts";

/** A node whose API shall be at `listen`, with these files. */
function start(
  listen: string,
  tls: Readonly<Record<string, string>> = {},
): Promise<Cluster> {
  return Cluster.start({ nodes: [ours], conf: { admin: { listen, ...tls } } });
}

/** Everywhere where an administrator may look, `reason` is to be read. */
async function isToldEverywhere(cluster: Cluster, at: string, reason: RegExp): Promise<void> {
  const node = cluster.node(0);
  const ask = (path: string) => askAdmin(`${node.base}/run/admin.socket`, path);
  await cluster.until("the socket is there", () => ask("/livez").then(() => true));
  await cluster.until("it is ready", async () => (await ask("/readyz")).status === 200);
  assert.match(node.log(), reason);
  const own = await ask("/v1/node");
  const { valid, errors } = validatorOf(nodeSchema).validate(JSON.parse(own.text));
  assert.ok(valid, JSON.stringify(errors));
  assert.match(String(own.at("doors", 0, "failure")), reason);
  const title = `The admin API does not listen at ${at}`;
  const findings = await ask("/v1/findings");
  assert.ok(findings.text.includes(title), findings.text);
  assert.match((await ask("/v1/events")).text, /"kind":"admin-trouble"/);
  assert.match((await ask("/readyz?verbose")).text, /^\[!\] admin API: .* is shut: /m);
  await doctorAndReadySay(node, title, reason);
}

async function doctorAndReadySay(node: ClusterNode, title: string, reason: RegExp) {
  const doctor = await node.ctdb(["--json", "doctor", "--quick"]);
  assert.equal(doctor.exit, 2, doctor.stderr);
  const { findings } = JSON.parse(doctor.stdout) as {
    findings: { title: string; detail: readonly string[] }[];
  };
  const found = findings.find((finding) => finding.title === title);
  assert.match(found?.detail[0] ?? doctor.stdout, reason);
  const ready = await node.ctdb(["ready"]);
  assert.deepEqual([ready.exit, ready.stdout], [0, "ready\n"], ready.stderr);
  assert.match(ready.stderr, reason);
}

Deno.test("a port that another program has", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = `127.0.0.1:${(other.addr as Deno.NetAddr).port}`;
  await using cluster = await start(at);
  await isToldEverywhere(cluster, at, /Listen for the admin API: 127\.0\.0\.1:\d+: /);
});

Deno.test("a certificate that is none, and a key that is not there", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "admin-doors-" });
  const [certificate, key] = [`${directory}/admin.pem`, `${directory}/admin.key`];
  const listen = "127.0.0.1:19980";
  try {
    await Deno.writeTextFile(certificate, "no certificate\n");
    await t.step("no key", async () => {
      await using cluster = await start(listen, { certificate, key });
      await isToldEverywhere(cluster, listen, /Read TLS file: .*admin\.key: /);
    });
    await t.step("no certificate", async () => {
      await Deno.writeTextFile(key, "no key\n");
      await using cluster = await start(listen, { certificate, key });
      await isToldEverywhere(
        cluster,
        listen,
        /Read TLS file: .*admin\.pem: there is no certificate/,
      );
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** What `ctdb doctor` finds, by title. */
async function doctorSays(node: ClusterNode): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await node.ctdb(["--json", "doctor"]);
  const { findings } = JSON.parse(stdout) as {
    findings: { title: string; detail: readonly string[] }[];
  };
  return new Map(findings.map(({ title, detail }) => [title, detail.join("\n")]));
}

Deno.test("a history that has no place", async () => {
  await using cluster = await Cluster.start({ nodes: [ours], files: { "var/admin": "a file" } });
  const node = cluster.node(0);
  const title = "This node keeps no history of what happens";
  await cluster.until("doctor says so", async () => (await doctorSays(node)).has(title));
  const findings = await askAdmin(`${node.base}/run/admin.socket`, "/v1/findings");
  assert.ok(findings.text.includes(title), findings.text);
  assert.match((await doctorSays(node)).get(title)!, /history is not kept: .*history\.kv: /);
});

Deno.test("options that there are not: the log and doctor say which, with file and line", async () => {
  const conf = { admin: { lisen: "127.0.0.1:0" }, cluster: { lock: "/none" }, nosuch: { a: "b" } };
  await using cluster = await Cluster.start({ nodes: [ours], conf });
  const node = cluster.node(0);
  const said = [
    /ctdb\.conf:\d+: conf: unknown option \[admin\] -> "lisen"/,
    /ctdb\.conf:\d+: conf: unknown option \[cluster\] -> "lock"/,
    /ctdb\.conf:\d+: conf: ignoring unknown section \[nosuch\]/,
  ];
  const title = "The configuration has 4 lines that are not understood or ignored";
  const found = (await doctorSays(node)).get(title) ?? "";
  for (const words of said) {
    assert.match(node.log(), words);
    assert.match(found, words);
  }
});

Deno.test({
  name: "a client certificate of version 1: the daemon's log says that it is refused, and why",
  ignore: !openssl,
}, async () => {
  const directory = await Deno.makeTempDir({ prefix: "admin-doors-" });
  try {
    const server = certificate(directory, "server");
    const authority = certificate(directory, "authority");
    const client = signed(directory, { name: "client", by: authority });
    const tls = { certificate: server.cert, key: server.key, "client ca": authority.cert };
    await using cluster = await start("127.0.0.1:0", tls);
    const node = cluster.node(0);
    const listening = /Admin API listens: 127\.0\.0\.1:(\d+)/;
    await cluster.until("it listens", () => listening.test(node.log()));
    const port = Number(listening.exec(node.log())![1]);
    const read = (path: string) => Deno.readTextFileSync(path);
    const own = { cert: read(client.cert), key: read(client.key), ca: read(server.cert) };
    const visitor = connect({ host: "127.0.0.1", port, ...own }).on("error", () => {});
    const said = /refused the client certificate of "127\.0\.0\.1": .*must be X\.509 version 3/;
    await cluster.until("it is said", () => said.test(node.log()));
    visitor.destroy();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
