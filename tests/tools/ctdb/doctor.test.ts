/** `ctdb doctor`: against a daemon that is none, without one, and on a live cluster. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { testLocks } from "../../../cli/ctdb/commands/doctor/lock-test.ts";
import { systemIo } from "../../../cli/io.ts";
import { openTdb } from "../../../lib/tdb/mod.ts";
import { NodeFlag } from "../../../lib/wire/mod.ts";
import { Cluster, type ClusterNode, ours } from "../../../testing/cluster/cluster.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { binaryCommand } from "../../../testing/process/run-binary.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { type FakeState, richState } from "../../../testing/fake-daemon/fake-state.ts";

interface Finding {
  readonly check: string;
  readonly severity: string;
  readonly title: string;
  readonly detail: readonly string[];
  readonly advice: string;
}

interface Place {
  readonly base: string;
  /** Runs the doctor; resolves to what it found, and its exit status. */
  look(): Promise<{ readonly findings: readonly Finding[]; readonly exit: number }>;
}

const BASIC_CONF = (base: string) =>
  `[logging]
  location = file:${base}/log.ctdb
[cluster]
  cluster lock = /some/place/on/shared/storage
[database]
  volatile database directory = ${base}/var
  persistent database directory = ${base}/var
  state database directory = ${base}/var
`;

async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-doctor-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  const look = async () => {
    const { stdout, exit } = await runProgram(ctdb, ["--json", "doctor", "--quick"], { env });
    return { findings: JSON.parse(stdout).findings as Finding[], exit };
  };
  await Deno.mkdir(`${base}/var`);
  await Deno.writeTextFile(`${base}/ctdb.conf`, BASIC_CONF(base));
  await Deno.writeTextFile(`${base}/nodes`, "127.0.0.1\n192.0.2.7\n192.0.2.8\n");
  try {
    await work({ base, look });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const about = (findings: readonly Finding[], check: string) =>
  findings.filter((finding) => finding.check === check);

Deno.test("doctor finds what a daemon says that is not well", async () => {
  await inPlace(async ({ base, look }) => {
    const state: FakeState = {
      ...richState(),
      recoveryMode: 1,
      tunables: new Map([["MonitorInterval", 20]]),
      nodesFiles: new Map([[2, ["192.168.20.41"]]]),
    };
    state.nodes[1]!.flags = NodeFlag.PERMANENTLY_DISABLED;
    state.databases[0]!.health = "checksum is wrong";
    state.faults.push({ control: "UPTIME", pnn: 1, how: "error" });
    await using _daemon = await FakeDaemon.start(base, state);
    const { findings, exit } = await look();
    assert.equal(exit, 2);
    const expected: [string, RegExp][] = [
      ["nodes file", /^The nodes file of node 2 differs/],
      ["node states", /^Node 1 is disabled/],
      ["node states", /^A recovery is going on/],
      ["connections", /^Node 1 is connected but does not answer$/],
      ["databases", /^Database locking\.tdb is unhealthy on node 0$/],
      ["tunables", /^A tunable is not at its default$/],
      ["public addresses", /^Nobody hosts 10\.0\.0\.32/],
    ];
    for (const [check, title] of expected) {
      assert.ok(about(findings, check).some((one) => title.test(one.title)), `${title}`);
    }
  });
});

Deno.test("doctor works without a daemon, and shows the end of its log", async () => {
  await inPlace(async ({ base, look }) => {
    await Deno.writeTextFile(`${base}/log.ctdb`, "one\ntwo\nthe reason of it all\n");
    await Deno.writeTextFile(`${base}/nodes`, "127.0.0.1\n");
    const { findings, exit } = await look();
    assert.equal(exit, 2);
    const [daemon] = about(findings, "daemon");
    assert.equal(daemon?.title, "No daemon runs on this node");
    assert.ok(daemon.detail.includes("| the reason of it all"));
    assert.deepEqual(about(findings, "configuration"), []);
  });
});

Deno.test("doctor works with a configuration that is wrong", async () => {
  await inPlace(async ({ base, look }) => {
    await Deno.writeTextFile(`${base}/ctdb.conf`, "[cluster]\n  node address = nonsense\n");
    await Deno.writeTextFile(`${base}/nodes`, "no-address\n");
    const { findings } = await look();
    assert.match(about(findings, "configuration")[0]!.title, /^The configuration is wrong/);
    assert.equal(about(findings, "nodes file")[0]!.title, "The list of nodes cannot be read");
  });
});

Deno.test("doctor does not wait for long for a daemon that is silent", async () => {
  await inPlace(async ({ base }) => {
    const state = richState();
    state.faults.push({ control: "GET_PNN", how: "silent" });
    await using _daemon = await FakeDaemon.start(base, state);
    const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
    const { stdout, exit } = await runProgram(ctdb, ["-t", "1", "doctor", "--quick"], { env });
    assert.equal(exit, 2);
    assert.match(stdout, /^ERROR +A daemon runs but does not answer\. \(daemon\)$/m);
    assert.match(stdout, /no answer in 1000 ms/);
  });
});

Deno.test("two processes pass locks to each other as ping_pong does", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-doctor-locks-" });
  const io = systemIo("ctdb");
  const { signal } = new AbortController();
  const test = (command: string[], where: string) => testLocks(io, command, where, signal);
  const passed = await test([...binaryCommand, "ping_pong"], directory);
  assert.equal(passed.outcome, "passed", passed.text);
  assert.match(passed.text, /no lock was refused or lost/);
  const nowhere = await test([...binaryCommand, "ping_pong"], `${directory}/nowhere`);
  assert.equal(nowhere.outcome, "failed");
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
  await Deno.remove(directory);
});

const FAILING_SCRIPT = `#!/bin/sh
[ "$1" = monitor ] && [ -e "$CTDB_BASE/fail" ] || exit 0
echo the disk is on fire
exit 1
`;

Deno.test("doctor on a live cluster", async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours],
    tunables: { RerecoveryTimeout: 1, MonitorInterval: 1 },
    files: { "events/legacy/50.test.script": FAILING_SCRIPT },
  });
  const [node, other] = [cluster.node(0), cluster.node(1)];
  await t.step("a cluster that is well: tuned, and nothing else", () => isWell(node));
  await t.step("a script that fails, with its output", () => showsScript(cluster, node));
  await t.step("a lock that somebody holds", () => showsHolder(node));
  await t.step("a cluster lock that is another file here", () => seesOtherLock(node));
  await t.step("a node that has gone", () => missesNode(cluster, node, other));
});

async function lookAt(node: ClusterNode, ...words: string[]) {
  const { stdout, exit } = await node.ctdb(["--json", "doctor", ...words]);
  return { findings: JSON.parse(stdout).findings as Finding[], exit };
}

async function isWell(node: ClusterNode): Promise<void> {
  const { findings, exit } = await lookAt(node);
  assert.deepEqual(findings.map(({ check, severity }) => [check, severity]), [
    ["tunables", "note"],
  ]);
  assert.equal(exit, 1);
}

async function showsScript(cluster: Cluster, node: ClusterNode): Promise<void> {
  await Deno.writeTextFile(`${node.base}/fail`, "");
  await cluster.until("the node is unhealthy", async () => (await node.flags())[0] !== 0);
  const { findings, exit } = await lookAt(node, "--quick");
  await Deno.remove(`${node.base}/fail`);
  assert.equal(exit, 2);
  const [script] = about(findings, "event scripts");
  assert.equal(script?.title, "Script 50.test failed in event monitor: exit status 1");
  assert.deepEqual(script.detail, ["| the disk is on fire"]);
  await cluster.untilHealthy();
}

async function showsHolder(node: ClusterNode): Promise<void> {
  const { exit, stderr } = await node.ctdb(["attach", "held.tdb"]);
  assert.deepEqual([stderr, exit], ["", 0]);
  const path = `${node.base}/db/volatile/held.tdb.0`;
  const flags = await openFlags(node);
  const tdb = openTdb(path, { flags });
  try {
    tdb.chainLock(new TextEncoder().encode("key"));
    const { findings } = await lookAt(node);
    const [held] = about(findings, "lock holders");
    assert.equal(held?.title, "A lock in held.tdb is held for long");
    assert.ok(held.detail.some((line) => line.includes(`(process ${Deno.pid})`)), held.detail[0]);
  } finally {
    tdb.close();
  }
}

/** How the daemon has the file open: others must open it the same way. */
async function openFlags(node: ClusterNode): Promise<number> {
  const client = await node.client();
  const map = await client.control(client.pnn, "GET_DBMAP", undefined);
  return await client.control(client.pnn, "DB_OPEN_FLAGS", map[0]!.dbId);
}

async function seesOtherLock(node: ClusterNode): Promise<void> {
  const conf = await Deno.readTextFile(`${node.base}/ctdb.conf`);
  await Deno.writeTextFile(
    `${node.base}/ctdb.conf`,
    conf.replace(/cluster lock = .*/, `cluster lock = ${node.base}/other.lock`),
  );
  await Deno.writeTextFile(`${node.base}/other.lock`, "");
  const { findings } = await lookAt(node, "--quick");
  await Deno.writeTextFile(`${node.base}/ctdb.conf`, conf);
  const titles = about(findings, "cluster lock").map(({ title }) => title);
  assert.ok(titles.some((title) => title.includes("the change is not in effect")), titles[0]);
  assert.ok(titles.some((title) => title.includes("its lock on the file is not seen")), titles[0]);
}

async function missesNode(cluster: Cluster, node: ClusterNode, other: ClusterNode): Promise<void> {
  await other.kill();
  await cluster.untilHealthy([node]);
  const here = await lookAt(node, "--quick");
  const [gone] = about(here.findings, "connections");
  assert.equal(gone?.title, "Node 1 is disconnected");
  assert.equal(gone.advice, "Start the daemon there.");
  const there = await lookAt(other, "--quick");
  assert.equal(there.exit, 2);
  const [dead] = about(there.findings, "daemon");
  assert.equal(dead?.title, "No daemon runs on this node");
  assert.ok(dead.detail.some((line) => line.startsWith("| ")), "the log is shown");
}
