import assert from "node:assert/strict";
import { EtcdClient, EtcdGateway } from "../../lib/cluster-lock/mod.ts";
import { type EtcdSetup, ownLoopbackAddress, TestEtcd } from "../../testing/services/etcd.ts";
import { networkNamespaces } from "../../testing/cluster/network-namespaces.ts";
import { binaryCommand, runBinary } from "../../testing/process/run-binary.ts";
import { RunningProgram, type StartOptions } from "../../testing/process/running-program.ts";
import { runCommandSync } from "../../testing/process/command.ts";

const program = "ctdb_mutex_etcd_helper";
const key = "ctdb/test/lock";
/** The shortest lease: a holder gives up after three seconds. */
const ttl = "--ttl=4";
const ignore = !TestEtcd.available();

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "etcd-helper-" });
  try {
    await body(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Runs `body` with an etcd of its own; it may stop that and start another on the same data. */
function withEtcd(body: (etcd: TestEtcd, setup: EtcdSetup) => Promise<void>): Promise<void> {
  return withDirectory(async (directory) => {
    const setup = { directory: `${directory}/data`, address: ownLoopbackAddress() };
    await using etcd = await TestEtcd.start(setup);
    await body(etcd, setup);
  });
}

async function holder(url: string, options?: StartOptions): Promise<RunningProgram> {
  const helper = RunningProgram.start(program, [ttl, url, key], options);
  await helper.stdout(/^0$/);
  return helper;
}

/**
 * Wants the lock again and again until it gets it. The other helper must have said before that it
 * has not got it any more: its output has ended.
 */
async function takeOver(url: string, former: RunningProgram, options: StartOptions = {}) {
  let formerEnded = false;
  void former.stdoutEnd().then(() => formerEnded = true);
  for (;;) {
    await using next = RunningProgram.start(program, [ttl, url, key], options);
    const answer = await next.stdout(/^[0-3]$/);
    if (answer === "0") {
      assert.equal(formerEnded, true, "the former holder has given up");
      return;
    }
    assert.equal(answer, "1");
    await next.stdoutEnd();
  }
}

Deno.test({
  name: "the lock is taken, refused to others, and free at once when it is released",
  ignore,
  fn: () =>
    withEtcd(async ({ url }) => {
      await using first = await holder(url);
      const refused = await runBinary([ttl, url, key], { program });
      assert.deepEqual(refused, { stdout: "1", stderr: "", exit: 0 });
      const other = RunningProgram.start(program, [ttl, url, `${key}2`]);
      await other.stdout(/^0$/);
      await other[Symbol.asyncDispose]();

      using gateway = new EtcdGateway({ endpoints: [url], request_ms: 1000 });
      const { owner } = await new EtcdClient(gateway).readKey(key);
      assert.equal(JSON.parse(owner?.value ?? "").pid, first.pid);

      first.child.kill("SIGTERM");
      assert.equal(await first.exit(), 0);
      assert.equal(await first.stderrEnd(), "");
      await using _next = await holder(url);
    }),
});

Deno.test({
  name: "the holder is killed: the lock is free when the lease has run out",
  ignore,
  fn: () =>
    withEtcd(async ({ url }) => {
      await using first = await holder(url);
      first.child.kill("SIGKILL");
      await takeOver(url, first);
    }),
});

Deno.test({
  name: "the parent is gone: the lock is released",
  ignore,
  fn: () =>
    withEtcd(async ({ url }) => {
      const script = '"$@" & read line';
      const command = [...binaryCommand, program, url, key];
      await using parent = new RunningProgram(["/bin/sh", "-c", script, "sh", ...command]);
      await parent.stdout(/0$/);
      parent.child.kill("SIGKILL");
      await parent.stdoutEnd();
      await using _next = await holder(url);
    }),
});

Deno.test({
  name: "the key is deleted by hand: the lock is lost at once",
  ignore,
  fn: () =>
    withEtcd(async ({ url }) => {
      await using first = await holder(url);
      using gateway = new EtcdGateway({ endpoints: [url], request_ms: 1000 });
      await gateway.call("kv/deleterange", { key: new TextEncoder().encode(key).toBase64() });
      assert.equal(await first.stdoutEnd(), "0");
      const reason = `${program}: lock lost - key "${key}" was deleted or taken\n`;
      assert.equal(await first.stderrEnd(), reason);
    }),
});

Deno.test({
  name: "etcd crashes: the holder gives up, and nobody has the lock before that",
  ignore,
  fn: () =>
    withEtcd(async (etcd, setup) => {
      await using first = await holder(etcd.url);
      await etcd.stop();
      assert.equal(await first.stdoutEnd(), "0");
      const reason = `${program}: lock lost - no answer from etcd, lease runs out\n`;
      assert.equal(await first.stderrEnd(), reason);
      await using again = await TestEtcd.start(setup);
      await takeOver(again.url, first);
    }),
});

Deno.test({
  name: "etcd crashes and is back within the lease: the lock is kept",
  ignore,
  fn: () =>
    withEtcd(async (etcd, setup) => {
      await using first = RunningProgram.start(program, ["--ttl=20", etcd.url, key]);
      await first.stdout(/^0$/);
      await etcd.stop();
      await using again = await TestEtcd.start(setup);
      const refused = await runBinary([ttl, again.url, key], { program });
      assert.equal(refused.stdout, "1");
      first.child.kill("SIGTERM");
      assert.equal(await first.exit(), 0);
      assert.equal(await first.stderrEnd(), "");
    }),
});

Deno.test({
  name: "etcd is paused: the holder gives up before etcd may give the lock to another",
  ignore,
  fn: () =>
    withEtcd(async (etcd) => {
      await using first = await holder(etcd.url);
      etcd.pause();
      await first.stdoutEnd();
      etcd.resume();
      await takeOver(etcd.url, first);
    }),
});

Deno.test({
  name: "the holder is cut off from etcd: it gives up before another node has the lock",
  ignore: ignore || !networkNamespaces.available(),
  fn: () =>
    withDirectory(async (directory) => {
      await using hosts = networkNamespaces.create("etcd", 2);
      hosts.connect(0, 1);
      const [here, there] = [{ under: hosts.enter(0) }, { under: hosts.enter(1) }];
      const address = hosts.address(0);
      await using etcd = await TestEtcd.start({ directory: `${directory}/data`, address, ...here });
      await using first = await holder(etcd.url, there);
      hosts.cut(1);
      await takeOver(etcd.url, first, here);
      assert.match(await first.stderrEnd(), /no answer from etcd, lease runs out/);
    }),
});

Deno.test({
  name: "one of the endpoints does not answer: the others do",
  ignore,
  fn: () =>
    withEtcd(async ({ url }) => {
      const dead = `http://${ownLoopbackAddress()}:2379`;
      await using helper = await holder(`${dead},${url}`);
      const refused = await runBinary([`${dead},${url}`, key], { program });
      assert.equal(refused.stdout, "1");
      helper.child.kill("SIGTERM");
      assert.equal(await helper.exit(), 0);
    }),
});

Deno.test("etcd cannot be reached: timed out, not contention", async () => {
  const url = `http://${ownLoopbackAddress()}:2379`;
  const result = await runBinary(["--timeout=1", url, key], { program });
  const stderr = `${program}: no answer from ${url}\n`;
  assert.deepEqual(result, { stdout: "2", stderr, exit: 0 });
});

Deno.test({
  name: "users: a password is wanted, and a wrong one is an error",
  ignore,
  fn: () =>
    withEtcd(async ({ url }) => {
      const directory = Deno.makeTempDirSync({ prefix: "etcd-password-" });
      Deno.writeTextFileSync(`${directory}/good`, "secret\n");
      Deno.writeTextFileSync(`${directory}/bad`, "wrong\n");
      {
        using gateway = new EtcdGateway({ endpoints: [url], request_ms: 1000 });
        await gateway.call("auth/user/add", { name: "root", password: "secret" });
        await gateway.call("auth/role/add", { name: "root" });
        await gateway.call("auth/user/grant", { user: "root", role: "root" });
        await gateway.call("auth/enable", {});
      }
      const as = (file: string) => ["--user=root", `--password-file=${directory}/${file}`];
      const refused = await runBinary([...as("bad"), url, key], { program });
      assert.equal(refused.stdout, "3");
      assert.match(refused.stderr, /authentication failed/);
      const anonymous = await runBinary([url, key], { program });
      assert.equal(anonymous.stdout, "3");
      await using helper = RunningProgram.start(program, [...as("good"), url, key]);
      await helper.stdout(/^0$/);
      Deno.removeSync(directory, { recursive: true });
    }),
});

/** Makes an authority and a certificate that it signed; false without openssl. */
function makeCertificates(directory: string, address: string): boolean {
  const openssl = (...args: string[]) =>
    runCommandSync(["openssl", ...args], { cwd: directory }).exit === 0;
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  Deno.writeTextFileSync(`${directory}/extensions`, `subjectAltName=IP:${address}\n`);
  const authority = ["-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem"];
  const request = ["-subj", "/CN=etcd", "-keyout", "etcd.key", "-out", "etcd.csr"];
  const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
  const files = ["-in", "etcd.csr", "-out", "etcd.pem", "-extfile", "extensions"];
  return openssl("req", "-x509", ...newKey, ...authority) &&
    openssl("req", ...newKey, ...request) &&
    openssl("x509", "-req", ...sign, ...files);
}

Deno.test({
  name: "TLS: certificates on both sides; without one there is no lock",
  ignore,
  fn: () =>
    withDirectory(async (directory) => {
      const address = ownLoopbackAddress();
      assert.ok(makeCertificates(directory, address), "openssl is there");
      const [caCert, cert, tlsKey] = ["ca.pem", "etcd.pem", "etcd.key"].map((f) =>
        `${directory}/${f}`
      ) as [string, string, string];
      const tls = { caCert, cert, key: tlsKey };
      await using etcd = await TestEtcd.start({ directory: `${directory}/data`, address, tls });
      const trust = `--cacert=${caCert}`;
      const shown = [`--cert=${cert}`, `--key=${tlsKey}`];
      await using helper = RunningProgram.start(program, [trust, ...shown, etcd.url, key]);
      await helper.stdout(/^0$/);
      const nameless = await runBinary(["--timeout=1", trust, etcd.url, key], { program });
      assert.equal(nameless.stdout, "2");
      const distrust = await runBinary(["--timeout=1", ...shown, etcd.url, key], { program });
      assert.equal(distrust.stdout, "2");
    }),
});

const mistakes: Record<string, string[]> = {
  "no arguments": [],
  "no key": ["http://127.0.0.1:1"],
  "too many words": ["http://127.0.0.1:1", "a", "b"],
  "an endpoint that is no URL": ["127.0.0.1:2379", "a"],
  "a lease that is too short": ["--ttl=1", "http://127.0.0.1:1", "a"],
  "an unknown option": ["--nosuch=1", "http://127.0.0.1:1", "a"],
  "a certificate without its key": ["--cert=/dev/null", "http://127.0.0.1:1", "a"],
  "a file that is not there": ["--cacert=/nonexistent", "http://127.0.0.1:1", "a"],
};
for (const [name, args] of Object.entries(mistakes)) {
  Deno.test(`wrong arguments, ${name}: usage, status 1, no answer`, async () => {
    const result = await runBinary(args, { program });
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /Usage: ctdb_mutex_etcd_helper /);
    assert.equal(result.exit, 1);
  });
}
