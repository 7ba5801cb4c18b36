/** The checks of `ctdb doctor`: from facts to findings, without a cluster. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { leastSkew_ms } from "../../../lib/survey/checks/clocks.ts";
import { exitStatus } from "../../../cli/ctdb/commands/doctor/doctor.ts";
import { checks, examine } from "../../../lib/survey/examine.ts";
import type {
  ClusterFacts,
  ClusterLockFacts,
  Facts,
  MachineFacts,
  NodeFacts,
} from "../../../lib/survey/facts.ts";
import { isLocalFileSystem, mountOf } from "../../../lib/survey/file-system.ts";
import { judge } from "../../../cli/ctdb/commands/doctor/lock-test.ts";
import { lockPath } from "../../../lib/survey/machine-facts.ts";
import { reportText } from "../../../cli/ctdb/commands/doctor/report.ts";
import { allocate } from "../../../lib/failover/mod.ts";
import {
  Capability,
  type DbStatistics,
  DEFAULT_CAPABILITIES,
  defaultTunables,
  type NodeEntry,
  parseSocketAddress,
  RunState,
  tunableListOrder,
} from "../../../lib/wire/mod.ts";
import { healthyState } from "../../../testing/fake-daemon/fake-state.ts";

const PNNS = [0, 1, 2];
const address = (pnn: number) => parseSocketAddress(`192.0.2.${pnn + 1}`, 4379);
const entries = (flags: Readonly<Record<number, number>> = {}): NodeEntry[] =>
  PNNS.map((pnn) => ({ pnn, flags: flags[pnn] ?? 0, address: address(pnn) }));

function peer(pnn: number, change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    pnn,
    runState: RunState.RUNNING,
    capabilities: DEFAULT_CAPABILITIES,
    nodes: entries(),
    nodesFile: entries(),
    clock: { asked_ms: 1000, answered_ms: 1010, theirs_ms: 1005 },
    tunables: defaultTunables,
    tunableNames: tunableListOrder,
    clusterLock: "/shared/lock",
    databases: [],
    interfaces: [],
    ...change,
  };
}

/** Addresses as an allocation sees them: who could host what, and who does. */
function allocation(nodes: readonly { known: Record<string, number>; available: string[] }[]) {
  const input = {
    nodes: nodes.map(({ known, available }) => ({
      known: Object.entries(known).map(([address, holder]) => ({ address, holder })),
      available,
    })),
    algorithm: 2,
    noIPTakeover: false,
    noIPFailback: false,
    forceRebalance: [],
    homeNodes: [],
  };
  return { value: { ...allocate(input), unknown: [] } };
}

function cluster(change: Partial<ClusterFacts> = {}, peers: readonly NodeFacts[] = []) {
  const all = PNNS.map((pnn) => peers.find((one) => one.pnn === pnn) ?? peer(pnn));
  const facts: ClusterFacts = {
    pnn: 0,
    leader: 0,
    recovering: false,
    vnnMap: { generation: 654321, map: PNNS },
    nodes: entries(),
    peers: new Map(all.map((one) => [one.pnn, one])),
    silent: new Map(),
    databaseNames: new Map([[1, "locking.tdb"]]),
    addresses: allocation([]),
    lockHolders: new Map(),
    ...change,
  };
  return facts;
}

const sharedLock: ClusterLockFacts = {
  setting: "/shared/lock",
  path: "/shared/lock",
  exists: true,
  seenLocked: true,
  fileSystem: { type: "ceph", mountedOn: "/shared" },
};

function machine(change: Partial<MachineFacts> = {}): MachineFacts {
  return {
    configuration: { file: "/etc/ctdb/ctdb.conf", messages: [] },
    missingDirectories: [],
    disks: [],
    nodesSource: "/etc/ctdb/nodes",
    nodes: { value: PNNS.map((pnn) => ({ pnn, deleted: false, address: address(pnn) })) },
    ownPnns: [0],
    testMode: false,
    uid: 0,
    allNodesHere: false,
    socket: { path: "/run/socket", found: { isSocket: true, mode: 0o140700, uid: 0 } },
    process: { pidFile: "/run/pid", pid: 4711, runs: true, replaced: false },
    log: { place: "/var/log/log.ctdb", lines: ["the last word"] },
    clusterLock: sharedLock,
    probes: new Map(),
    ...change,
  };
}

function facts(change: Partial<Facts> = {}): Facts {
  return {
    machine: machine(),
    daemon: { kind: "answers", pnn: 0 },
    cluster: cluster(),
    scripts: { runs: [] },
    ...change,
  };
}

/** The findings as `severity title`, and all text of them. */
function found(given: Facts) {
  const { findings } = examine(given);
  return {
    titles: findings.map(({ severity, title }) => `${severity} ${title}`),
    text: findings.map(({ detail, advice }) => [...detail, advice].join("\n")).join("\n"),
  };
}

const titles = (change: Partial<Facts>) => found(facts(change)).titles;
const ofCluster = (change: Partial<ClusterFacts>, peers: readonly NodeFacts[] = []) =>
  titles({ cluster: cluster(change, peers) });
const ofMachine = (change: Partial<MachineFacts>) => titles({ machine: machine(change) });

Deno.test("a cluster that is well has no findings, and the exit status is 0", () => {
  const diagnosis = examine(facts());
  assert.deepEqual(diagnosis.findings, []);
  assert.equal(exitStatus(diagnosis), 0);
  assert.ok(diagnosis.checks.every(({ skipped }) => skipped === undefined));
  assert.equal(new Set(checks.map(({ name }) => name)).size, checks.length);
});

Deno.test("the exit status tells errors from milder findings", () => {
  const tuned = peer(1, { tunables: { ...defaultTunables, MonitorInterval: 20 } });
  assert.equal(exitStatus(examine(facts({ cluster: cluster({}, [tuned]) }))), 1);
  assert.equal(exitStatus(examine(facts({ cluster: cluster({ leader: undefined }) }))), 2);
});

Deno.test("without a daemon it says why, shows the log, and what could not be checked", () => {
  const { cluster: _, ...rest } = facts({
    machine: machine({
      process: { pidFile: "/run/pid", pid: 4711, runs: false, replaced: false },
      libraryFailure: "load libtdb.so.1: no such file",
      probes: new Map([[1, "silent"], [2, "accepts"]]),
    }),
    daemon: { kind: "absent", errno: 111, message: "Connection refused" },
    scripts: { failure: "no event daemon", runs: [] },
  });
  const { titles, text } = found(rest);
  assert.deepEqual(titles, [
    "error No daemon runs on this node",
    "error libtdb cannot be used: no database can be opened",
    "warning Node 1 cannot be reached",
  ]);
  assert.match(text, /process 4711, which has ended/);
  assert.match(text, /^\| the last word$/m);
  const skipped = examine(rest).checks.filter(({ skipped }) => skipped !== undefined);
  assert.ok(skipped.some(({ name }) => name === "event scripts"));
  assert.ok(skipped.some(({ name }) => name === "tunables"));
});

Deno.test("a daemon that does not answer is told from none and from one that is forbidden", () => {
  const silent = { kind: "silent", message: "no answer in 5000 ms" } as const;
  assert.deepEqual(titles({ daemon: silent }), ["error A daemon runs but does not answer"]);
  const denied = { kind: "absent", errno: 13, message: "Permission denied" } as const;
  assert.deepEqual(titles({ daemon: denied }), ["error The daemon's socket may not be used"]);
  const process = { pidFile: "/run/pid", pid: 4711, runs: true, replaced: true };
  assert.deepEqual(ofMachine({ process }), [
    "warning The daemon is older than the program that is installed",
  ]);
});

Deno.test("history that is not kept is told, with the reason", () => {
  const { titles, text } = found(facts({ historyLost: "history is not kept: the disk is full" }));
  assert.deepEqual(titles, ["warning This node keeps no history of what happens"]);
  assert.match(text, /the disk is full/);
});

Deno.test("configuration: mistakes, lines without effect, missing directories", () => {
  const file = "/etc/ctdb/ctdb.conf";
  const message = { file, level: 1 as const, line: 3, text: "unknown option", ours: false };
  const wrong = { file, failure: "Failed to load", messages: [{ ...message, level: 0 as const }] };
  assert.deepEqual(ofMachine({ configuration: wrong, missingDirectories: ["no /var/lib"] }), [
    "error The configuration is wrong: a daemon will not start with it",
    "error A directory for databases is missing: a daemon will not start",
  ]);
  const odd = facts({ machine: machine({ configuration: { file, messages: [message] } }) });
  assert.match(found(odd).text, /ctdb\.conf:3: unknown option/);
  assert.match(found(odd).titles[0]!, /^warning .* 1 line /);
});

Deno.test("disks: full, nearly full, without inodes; small ones that are well are small", () => {
  const MIB = 2 ** 20;
  const uses = ["persistent databases: /var/lib/ctdb/persistent"];
  const disk = { mountedOn: "/var", uses, total_bytes: 100_000 * MIB, freeFiles: 1000 };
  const ofDisk = (change: Partial<MachineFacts["disks"][number]>) =>
    ofMachine({ disks: [{ ...disk, free_bytes: 50_000 * MIB, ...change }] });
  assert.deepEqual(ofDisk({}), []);
  assert.deepEqual(ofDisk({ free_bytes: MIB - 1 }), ["error The disk at /var is full"]);
  assert.deepEqual(ofDisk({ free_bytes: MIB }), ["warning The disk at /var is nearly full"]);
  assert.deepEqual(ofDisk({ free_bytes: 512 * MIB, total_bytes: 1024 * MIB }), []);
  assert.deepEqual(ofDisk({ freeFiles: 0 }), [
    "error The file system at /var has no room for another file",
  ]);
  const full = facts({ machine: machine({ disks: [{ ...disk, free_bytes: 0 }] }) });
  assert.match(found(full).text, /^persistent databases: \/var\/lib.*\n0 bytes of 97 GiB are free/);
});

Deno.test("nodes file: unreadable, foreign, doubled, changed, another one elsewhere", () => {
  assert.deepEqual(ofMachine({ nodes: { failure: "line 2 is no address" } }), [
    "error The list of nodes cannot be read",
  ]);
  assert.deepEqual(ofMachine({ ownPnns: [] }), [
    "error No address in the list of nodes belongs to this machine",
  ]);
  const doubled = [0, 0, 1].map((at, pnn) => ({ pnn, deleted: false, address: address(at) }));
  assert.deepEqual(ofMachine({ nodes: { value: doubled } }), [
    "error An address is in the list of nodes more than once",
  ]);
  assert.deepEqual(ofMachine({ nodeAddress: "192.0.2.77" }), [
    "error [cluster] node address is not in the list of nodes: 192.0.2.77",
  ]);
  const longer = [...entries(), { pnn: 3, flags: 0, address: address(3) }];
  const other = facts({ cluster: cluster({}, [peer(2, { nodesFile: longer })]) });
  assert.deepEqual(found(other).titles, [
    "error The nodes file of node 2 differs from the one of this node",
  ]);
  assert.match(found(other).text, /^number 3: no line here, 192\.0\.2\.4 on node 2$/m);
  const everywhere = PNNS.map((pnn) => peer(pnn, { nodesFile: longer }));
  assert.deepEqual(ofCluster({}, everywhere), [
    "warning The nodes file was changed and the change is not in effect",
  ]);
});

Deno.test("socket: only root may use it", () => {
  const socket = (mode: number, uid: number) => ({
    path: "/run/socket",
    found: { isSocket: true, mode, uid },
  });
  const title = "Others than root may use the daemon's socket";
  assert.deepEqual(ofMachine({ socket: socket(0o140777, 0) }), [`error ${title}`]);
  assert.deepEqual(ofMachine({ socket: socket(0o140700, 1000) }), [`warning ${title}`]);
});

Deno.test("connections: who cannot reach whom, and in which direction to look", () => {
  const gone = cluster({ nodes: entries({ 2: 1 }) });
  const without2 = { ...gone, peers: new Map([...gone.peers].filter(([pnn]) => pnn !== 2)) };
  const seen = facts({
    machine: machine({ probes: new Map([[2, "accepts"]]) }),
    cluster: without2,
  });
  assert.deepEqual(found(seen).titles, ["error Node 2 is disconnected"]);
  assert.match(found(seen).text, /node 1 can reach it: the trouble is between it and us/);
  assert.match(found(seen).text, /the other direction/);
  const nothing = facts({ machine: machine({ probes: new Map([[2, "refused"]]) }), cluster: gone });
  assert.match(found(nothing).text, /Start the daemon there/);
  assert.deepEqual(ofCluster({}, [peer(1, { nodes: entries({ 2: 1 }) })]), [
    "error Node 1 is not connected to node 2, which this node can reach",
  ]);
  assert.deepEqual(ofCluster({ silent: new Map([[1, "no answer"]]) }), [
    "error Node 1 is connected but does not answer",
  ]);
});

Deno.test("a node that does not answer in time is said to be silent, and nothing is made of that", () => {
  const all = cluster();
  for (const quiet of PNNS) {
    const peers = new Map([...all.peers].filter(([pnn]) => pnn !== quiet));
    const silent = new Map([[quiet, "no answer in 2000 ms"]]);
    assert.deepEqual(ofCluster({ peers, silent }), [
      `error Node ${quiet} is connected but does not answer`,
    ]);
  }
  const silent = new Map(PNNS.map((pnn) => [pnn, "no answer in 2000 ms"]));
  assert.deepEqual(
    ofCluster({ peers: new Map(), silent }),
    PNNS.map((pnn) => `error Node ${pnn} is connected but does not answer`),
  );
});

Deno.test("node states: flags, starting nodes, leader, recovery", () => {
  assert.deepEqual(ofCluster({ nodes: entries({ 0: 0x8, 1: 0x20, 2: 0x4 }) }), [
    "error Node 0 is banned: it made recoveries fail or lost its lock",
    "warning Node 1 is stopped by an administrator",
    "warning Node 2 is disabled by an administrator: it hosts no addresses",
  ]);
  assert.deepEqual(ofCluster({}, [peer(1, { runState: RunState.STARTUP })]), [
    "warning Node 1 has not finished to start: STARTUP",
  ]);
  // It is unhealthy until a script has looked at it: no script has failed.
  const starting = { runState: RunState.FIRST_RECOVERY };
  assert.deepEqual(ofCluster({ nodes: entries({ 1: 0x2, 2: 0x2 }) }, [peer(1, starting)]), [
    "error Node 2 is unhealthy: an event script fails there",
    "warning Node 1 has not finished to start: FIRST_RECOVERY",
  ]);
  assert.deepEqual(ofCluster({}, [peer(1, { runState: RunState.SHUTDOWN })]), [
    "warning Node 1 shuts down",
  ]);
  assert.deepEqual(ofCluster({ leader: undefined, recovering: true }), [
    "error Nobody leads the cluster",
    "warning A recovery is going on: databases are frozen meanwhile",
  ]);
  assert.deepEqual(ofCluster({ vnnMap: { generation: 1, map: [] } }), [
    "error This node has never been recovered: its databases cannot be used",
  ]);
});

Deno.test("roles: nobody may lead, nobody has the lmaster role", () => {
  const without = (capability: number) =>
    ofCluster(
      {},
      PNNS.map((pnn) => peer(pnn, { capabilities: DEFAULT_CAPABILITIES & ~capability })),
    );
  assert.deepEqual(without(Capability.RECMASTER), [
    "error No active node may lead: there are no recoveries and no moves of addresses",
  ]);
  assert.deepEqual(without(Capability.LMASTER), [
    "warning No active node has the lmaster role: the leader has it for all records",
  ]);
  // A stopped node's role is of no use.
  assert.deepEqual(
    ofCluster(
      { nodes: entries({ 2: 0x20 }) },
      [0, 1].map((pnn) => peer(pnn, { capabilities: Capability.RECMASTER })),
    ),
    [
      "warning Node 2 is stopped by an administrator",
      "warning No active node has the lmaster role: the leader has it for all records",
    ],
  );
});

Deno.test("databases: one name that is persistent here and volatile there", () => {
  const database = (flags: number) => [{ id: 7, flags, health: null }];
  assert.deepEqual(
    ofCluster(
      { databaseNames: new Map([[7, "mixed.tdb"]]) },
      PNNS.map((pnn) => peer(pnn, { databases: database(pnn === 1 ? 1 : 0) })),
    ),
    ["error Database mixed.tdb is volatile on nodes 0, 2 and persistent on node 1"],
  );
});

Deno.test("cluster lock: set, the same everywhere, shared and locking", () => {
  const lock = (change: Partial<ClusterLockFacts>) =>
    ofMachine({ clusterLock: { ...sharedLock, ...change } });
  assert.match(
    titles({
      machine: machine({ clusterLock: { exists: false } }),
      cluster: cluster({}, PNNS.map((pnn) => peer(pnn, { clusterLock: null }))),
    }).join(),
    /^warning There is no cluster lock/,
  );
  assert.deepEqual(ofCluster({}, [peer(1, { clusterLock: "/other" })]), [
    "error The cluster lock is not the same on all nodes",
  ]);
  assert.deepEqual(lock({ setting: "/new", path: "/new" }), [
    "warning The cluster lock was changed in the configuration and the change is not in effect",
  ]);
  assert.match(lock({ fileSystem: { type: "ext4", mountedOn: "/" } }).join(), /do not share/);
  assert.match(lock({ exists: false, hangs: true }).join(), /^error The file system .* answer$/);
  assert.match(lock({ exists: false }).join(), /its file is not here/);
  assert.match(lock({ seenLocked: false }).join(), /^error Node 0 leads, but its lock/);
  assert.match(lock({ test: { outcome: "incoherent", text: "" } }).join(), /^error .*coherent$/);
  assert.match(lock({ test: { outcome: "failed", text: "" } }).join(), /^warning Locks could not/);
  const oneMachine = {
    allNodesHere: true,
    clusterLock: { ...sharedLock, fileSystem: { type: "ext4", mountedOn: "/" } },
  };
  assert.deepEqual(ofMachine(oneMachine), []);
});

Deno.test("event scripts: those that failed, with the end of their output", () => {
  const script = (name: string, result: number, output = "") => ({
    name,
    begin_us: 1n,
    end_us: 2n,
    result,
    output,
  });
  const output = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
  const runs = [{
    event: "monitor",
    record: {
      summary: 1,
      scripts: [script("10.a", 0), script("20.off", -8), script("50.samba", 1, output)],
    },
  }, { event: "startup", record: { summary: -110, scripts: [script("60.nfs", -110)] } }];
  const { titles, text } = found(facts({ scripts: { runs } }));
  assert.deepEqual(titles, [
    "error Script 50.samba failed in event monitor: exit status 1",
    "error Script 60.nfs failed in event startup: Connection timed out",
  ]);
  assert.match(text, /\| line 29$/m);
  assert.doesNotMatch(text, /\| line 2$/m);
});

Deno.test("public addresses: unassigned ones and why, hosted twice, links down", () => {
  const nobody = 0xffffffff;
  const addresses = allocation([
    { known: { "10.0.0.1": nobody }, available: [] },
    { known: { "10.0.0.1": nobody }, available: [] },
    { known: {}, available: [] },
  ]);
  const eth1 = { name: "eth1", linkUp: false, references: 0 };
  const given = facts({
    cluster: cluster({ addresses, nodes: entries({ 1: 0x2 }) }, [peer(0, { interfaces: [eth1] })]),
  });
  const { titles, text } = found(given);
  assert.ok(titles.includes("error Nobody hosts 10.0.0.1"), titles.join("\n"));
  assert.ok(titles.includes("warning Interface eth1 of node 0 has no link"));
  assert.match(text, /^node 0 has no link on eth1$/m);
  assert.match(text, /^node 1 is UNHEALTHY$/m);
  const soon = allocation([{ known: { "10.0.0.1": nobody }, available: ["10.0.0.1"] }]);
  assert.deepEqual(ofCluster({ addresses: soon }), [
    "warning Nobody hosts 10.0.0.1 now; node 0 will after the next takeover run",
  ]);
  const twice = allocation([
    { known: { "10.0.0.1": 0 }, available: ["10.0.0.1"] },
    { known: { "10.0.0.1": 1 }, available: ["10.0.0.1"] },
  ]);
  assert.deepEqual(ofCluster({ addresses: twice }), ["error Several nodes host 10.0.0.1: 0, 1"]);
});

const statistics = (count: number, max_s: number): DbStatistics => ({
  locks: { ...healthyState().statistics.locks, latency: { num: 9, min_s: 0, max_s, total_s: 1 } },
  vacuum: { latency: { num: 0, min_s: 0, max_s: 0, total_s: 0 } },
  dbRoDelegations: 0,
  dbRoRevokes: 0,
  hopCountBucket: new Array<number>(16).fill(0),
  hotKeys: [{ count, key: new TextEncoder().encode("key") }],
});

Deno.test("databases: unhealthy, missing, hot records, slow and held locks", () => {
  const database = (health: string | null, count = 0, max_s = 0) => ({
    databases: [{ id: 1, flags: 0, health, statistics: statistics(count, max_s) }],
  });
  const everywhere = (...own: Parameters<typeof database>) =>
    PNNS.map((pnn) => peer(pnn, pnn === 0 ? database(...own) : database(null)));
  assert.deepEqual(ofCluster({}, everywhere(null)), []);
  assert.deepEqual(ofCluster({}, everywhere("checksum is wrong")), [
    "error Database locking.tdb is unhealthy on node 0",
  ]);
  assert.deepEqual(ofCluster({}, [peer(0, database(null)), peer(1, database(null))]), [
    "warning Database locking.tdb is not attached on node 2",
  ]);
  assert.deepEqual(ofCluster({}, everywhere(null, 250, 3.4)), [
    "note Records of locking.tdb move to node 0 very often",
    "note A record lock of locking.tdb was waited for 3.4 s on node 0",
  ]);
  const holder = { pid: 42, program: "smbd", by: "MUTEX", scope: "chain", chain: 7 } as const;
  const held = facts({ cluster: cluster({ lockHolders: new Map([[1, [holder]], [2, []]]) }) });
  assert.deepEqual(found(held).titles, ["warning A lock in locking.tdb is held for long"]);
  assert.match(found(held).text, /^smbd \(process 42\) holds chain 7 by MUTEX$/m);
});

Deno.test("clocks, releases and tunables are compared between nodes", () => {
  const clock = { asked_ms: 1000, answered_ms: 1010, theirs_ms: 4010 };
  assert.deepEqual(ofCluster({}, [peer(1, { clock })]), [
    "warning The clock of node 1 is 3.0 s ahead of ours",
  ]);
  const slow = { ...clock, theirs_ms: 1000 - 400_000 };
  assert.deepEqual(ofCluster({}, [peer(2, { clock: slow })]), [
    "error The clock of node 2 is 400.0 s behind ours",
  ]);
  assert.deepEqual(ofCluster({}, [peer(1, { tunableNames: tunableListOrder.slice(1) })]), [
    "warning Node 1 runs another release",
  ]);
  const tuned = { ...defaultTunables, MonitorInterval: 20 };
  assert.deepEqual(ofCluster({}, [peer(1, { tunables: tuned })]), [
    "warning Tunable MonitorInterval is not the same on all nodes",
  ]);
  assert.deepEqual(ofCluster({}, PNNS.map((pnn) => peer(pnn, { tunables: tuned }))), [
    "note A tunable is not at its default",
  ]);
});

Deno.test("a clock is off by at least what the time of the answer cannot explain", () => {
  const times = fc.record({
    asked: fc.nat(),
    took: fc.nat(),
    travelled: fc.double({ min: 0, max: 1, noNaN: true }),
    skew: fc.integer(),
  });
  fc.assert(fc.property(times, ({ asked, took, travelled, skew }) => {
    const theirs_ms = asked + took * travelled + skew;
    const least = leastSkew_ms({ asked_ms: asked, answered_ms: asked + took, theirs_ms });
    assert.ok(Math.abs(least) <= Math.abs(skew));
    assert.ok(Math.abs(skew - least) <= took);
  }));
});

Deno.test("the file of a cluster lock and its file system are found", () => {
  assert.equal(lockPath("/shared/lock"), "/shared/lock");
  assert.equal(lockPath("!/usr/libexec/ctdb/ctdb_mutex_fcntl_helper /a/b 5"), "/a/b");
  assert.equal(lockPath("!/usr/libexec/ctdb/ctdb_mutex_etcd_helper http://a"), undefined);
  const mounts = [
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
    "30 22 0:44 / /shared\\040fs rw shared:9 - ceph a:/ rw",
    "31 30 0:45 / /shared\\040fs/tmp rw - tmpfs tmpfs rw",
    "",
  ].join("\n");
  assert.deepEqual(mountOf("/shared fs/lock", mounts), { mountedOn: "/shared fs", type: "ceph" });
  assert.deepEqual(mountOf("/shared fs/tmp", mounts)?.type, "tmpfs");
  assert.deepEqual(mountOf("/shared", mounts)?.type, "ext4");
  assert.ok(isLocalFileSystem("ext4") && !isLocalFileSystem("nfs4"));
});

Deno.test("the reports of two ping_pongs are judged together", () => {
  const good = { status: 0, text: "data increment = 2\n\nReport\n  data       coherent\n" };
  assert.equal(judge([good, good]).outcome, "passed");
  const bad = { status: 1, text: "\nReport\n  data       INCOHERENT: increments\n" };
  assert.deepEqual(judge([good, bad]), {
    outcome: "incoherent",
    text: "  data       INCOHERENT: increments",
  });
  assert.deepEqual(judge([good, { status: 1, text: "ftruncate failed: Stale file handle\n" }]), {
    outcome: "failed",
    text: `ping_pong ended with 0 and 1\n${good.text.trim()}\nftruncate failed: Stale file handle`,
  });
});

Deno.test("the report is wrapped, and what others wrote is left as it is", () => {
  const long = "word ".repeat(60).trim();
  const given = facts({
    machine: machine({ process: { pidFile: "/run/pid", runs: false, replaced: false } }),
    daemon: { kind: "absent", errno: 2, message: long },
  });
  const text = reportText(examine(given), given, 80, (_tone, one) => one);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  assert.match(text, /^ERROR {4}No daemon runs on this node\. \(daemon\)$/m);
  assert.match(text, /^ {9}\| the last word$/m);
  assert.match(text, /^1 error\.$/m);
  assert.match(reportText(examine(facts()), facts(), 80, (_, one) => one), /Nothing is wrong\.\n$/);
});

Deno.test("commands in advice stand on one line, however narrow the terminal is", () => {
  const broken = facts({
    machine: machine({
      socket: { path: "/run/some/where/socket", found: { isSocket: true, mode: 0o140777, uid: 7 } },
    }),
  });
  for (const width of [30, 40, 60, 80]) {
    const text = reportText(examine(broken), broken, width, (_tone, text) => text);
    assert.ok(
      text.includes("`chown root /run/some/where/socket; chmod 0700 /run/some/where/socket`"),
      text,
    );
  }
});

/** All that the doctor advises. */
const advice = (of: Facts) => examine(of).findings.map((finding) => finding.advice).join("\n");

Deno.test("a node for tests is not told what is for a service, and may be its user's", () => {
  const change = { socket: { path: "/s", found: { isSocket: true, mode: 0o140700, uid: 1000 } } };
  const own = facts({ machine: machine({ ...change, testMode: true, uid: 1000 }) });
  assert.deepEqual(
    examine(own).findings.map(({ check }) => check).filter((c) => c === "socket"),
    [],
  );
  assert.match(advice(facts({ machine: machine(change) })), /chown root \/s; chmod 0700 \/s/);
  const open = { socket: { path: "/s", found: { isSocket: true, mode: 0o140777, uid: 1000 } } };
  const opened = advice(facts({ machine: machine({ ...open, testMode: true, uid: 1000 }) }));
  assert.match(opened, /`chmod 0700 \/s`/);
  assert.ok(!opened.includes("chown"));
  const daemon = { kind: "absent", errno: 2, message: "Connect" } as const;
  const stopped = { pidFile: "/run/pid", runs: false, replaced: false };
  const down = (testMode: boolean) =>
    advice(facts({ daemon, machine: machine({ process: stopped, testMode }) }));
  assert.match(down(false), /systemctl start ctdb/);
  assert.ok(!down(true).includes("systemctl"));
});

Deno.test("what is wrong on this node is not looked for on that node", () => {
  const unhealthy = (pnn: number) => {
    const whole = facts();
    const nodes = whole.cluster!.nodes.map((node) =>
      node.pnn === pnn ? { ...node, flags: 2 } : node
    );
    return advice({ ...whole, cluster: { ...whole.cluster!, nodes } });
  };
  const own = facts().cluster!.pnn;
  const other = facts().cluster!.nodes.find(({ pnn }) => pnn !== own)!.pnn;
  assert.match(unhealthy(own), /Run `ctdb scriptstatus` to see which one\./);
  assert.match(unhealthy(other), new RegExp(`on node ${other} to see which one`));
});
