import assert from "node:assert/strict";
import { expectRun } from "./support/expect.ts";
import { type Run, Sandbox } from "./support/sandbox.ts";
import { banned, down, type Flags, nodestatus, stopped } from "./support/node-table.ts";
import { scenarioTest } from "./support/scenario-test.ts";
import { network, publicAddresses } from "./support/stand-ins.ts";

// The programs beside the scripts: events.md parts A.5, C and E, cli.md 4.34

const events = new URL("../../events.d/", import.meta.url).pathname;

scenarioTest("notify.sh hands the event to every executable script", async () => {
  const noting = 'echo "${0##*/} $*" >>"$CASE/calls"';
  await using sandbox = await Sandbox.open({
    etc: {
      "events/notification/b.script": `#!/bin/sh\n${noting}\nexit 3\n`,
      "events/notification/a.script": `#!/bin/sh\n${noting}\n`,
      "events/notification/c d.script": `#!/bin/sh\n${noting}\n`,
      "events/notification/README": "not a script",
    },
  });
  const notify = `${sandbox.directory}/etc/notify.sh`;
  const run = await sandbox.run(notify, "healthy");
  assert.notEqual(run.status, 0);
  assert.deepEqual(run.calls, ["a.script healthy", "b.script healthy", "c d.script healthy"]);

  await Deno.chmod(`${sandbox.directory}/etc/events/notification/b.script`, 0o644);
  const without = await sandbox.run(notify, "init");
  expectRun(without, 0, ["a.script init", "c d.script init"]);
  await Deno.remove(`${sandbox.directory}/etc/events/notification`, { recursive: true });
  expectRun(await sandbox.run(notify, "init"), 0, []);
});

/** Debug a script that hangs in a process named like one whose stack is wanted. */
async function debugHung(sandbox: Sandbox, event: string): Promise<Run> {
  await sandbox.write(
    "hung",
    `cp "$(PATH=$REAL_PATH command -v sleep)" "$CASE/rpcinfo-slow"
"$CASE/rpcinfo-slow" 60 &
child=$!
"${events}debug-hung-script.sh" $$ ${event}
status=$?
kill $child
exit $status`,
  );
  return await sandbox.run("sh", `${sandbox.directory}/hung`);
}

scenarioTest("debug-hung-script.sh shows the processes, stacks and status", async () => {
  await using sandbox = await Sandbox.open();
  const run = await debugHung(sandbox, "monitor");
  expectRun(run, 0, ["ctdb scriptstatus monitor"]);
  assert.match(run.output, /^=+ Start of hung script debug for PID="\d+", event="monitor" =+$/m);
  assert.match(run.output, /rpcinfo-slow,\d+ 60/);
  assert.match(run.output, /^-+ Stack trace of rpcinfo-slow \(\d+\) -+$/m);
  assert.match(run.output, /^=+ End of hung script debug/m);
});

scenarioTest("debug-hung-script.sh does not ask the daemon during init", async () => {
  await using sandbox = await Sandbox.open({
    options: ["CTDB_DEBUG_HUNG_SCRIPT_STACKPAT=nothing"],
  });
  const run = await debugHung(sandbox, "init");
  expectRun(run, 0, []);
  assert.doesNotMatch(run.output, /Stack trace/);
});

scenarioTest("debug-hung-script.sh writes to a file of its own if told", async () => {
  await using sandbox = await Sandbox.open({
    options: ['CTDB_DEBUG_HUNG_SCRIPT_LOGFILE="$CASE/hung.log"'],
  });
  const run = await debugHung(sandbox, "monitor");
  assert.equal(run.output, "");
  assert.match(await sandbox.read("hung.log"), /End of hung script debug/);
});

scenarioTest("debug-hung-script.sh makes one report at a time", async () => {
  await using sandbox = await Sandbox.open();
  const lock = `${sandbox.directory}/var/scripts/debug-hung-script.lock`;
  const program = `${events}debug-hung-script.sh`;
  const run = await sandbox.run("flock", lock, program, "1", "monitor");
  expectRun(run, 1, []);
  assert.equal(run.output, "");
});

scenarioTest("debug_locks.sh names the holder of a database's lock", async () => {
  await using sandbox = await Sandbox.open({ answers: { ps: 'real "$@"; exit $?' } });
  await sandbox.write("a.tdb.0", "x");
  await sandbox.write(
    "locking.py",
    `import fcntl, subprocess, sys
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
sys.exit(subprocess.call(["${events}debug_locks.sh", "999", "DB", sys.argv[1], "FCNTL"]))`,
  );
  const database = `${sandbox.directory}/a.tdb.0`;
  const run = await sandbox.run("python3", `${sandbox.directory}/locking.py`, database);
  expectRun(run, 0);
  assert.match(run.log, /Start of debug locks PID=999, DB CASE\/a\.tdb\.0 FCNTL/);
  assert.match(run.log, /^-+ Process \d+ -+\n.*python3 CASE\/locking\.py/m);
  assert.match(run.log, /POSIX +ADVISORY +WRITE/);
  assert.equal((await sandbox.run(`${events}debug_locks.sh`)).status, 1);
});

scenarioTest("debug_locks.sh asks the helper about mutexes", async () => {
  await using sandbox = await Sandbox.open();
  await sandbox.write("a.tdb.0", "x");
  const check = '#!/bin/sh\necho "[1] pid=1, chain 7"\n';
  await sandbox.write("bin/tdb_mutex_check", check);
  await Deno.chmod(`${sandbox.directory}/bin/tdb_mutex_check`, 0o755);
  const args = ["999", "RECORD", `${sandbox.directory}/a.tdb.0`, "MUTEX"];
  const run = await sandbox.run(`${events}debug_locks.sh`, ...args);
  assert.match(run.log, /^1 mutex pid=1, chain 7$/m);
  assert.match(run.log, /^-+ Process 1 -+$/m);
});

scenarioTest("ctdb-crash-cleanup.sh drops addresses if the daemon is gone", async () => {
  await using sandbox = await Sandbox.open({
    setup: `${network} ip addr add 10.0.0.100/24 dev e1`,
    etc: { public_addresses: publicAddresses },
    options: ["CTDB_NATGW_PUBLIC_IP=10.0.0.100/24"],
    answers: { service: "exit 3" },
  });
  const cleanup = `${events}ctdb-crash-cleanup.sh`;
  expectRun(await sandbox.run(cleanup), 0, [
    "service ctdb status",
    "ip addr del 10.0.0.9/24 dev e0",
    "ip addr del 10.0.0.8/24 dev e0",
    "ip addr del 10.0.0.100/24 dev e1",
  ]);
  await sandbox.answer({ service: "" });
  expectRun(await sandbox.run(cleanup), 0, ["service ctdb status"]);
});

async function group(
  helper: "ctdb_natgw" | "ctdb_lvs",
  operation: string,
  file: string,
  ...nodes: readonly Flags[]
): Promise<Run> {
  await using sandbox = await Sandbox.open({ answers: { ctdb: nodestatus(...nodes) } });
  const name = helper === "ctdb_natgw" ? "natgw_nodes" : "lvs_nodes";
  await sandbox.etc(name, file);
  return await sandbox.run(`${events}helpers/${helper}`, operation);
}

const all = "192.168.1.3\n192.168.1.1\n\n# 192.168.1.9\n192.168.1.2 follower-only\n";
const leaders: readonly [why: string, nodes: readonly Flags[], natgw: string, lvs: string][] = [
  ["the lowest that is well", [[], [], []], "0 192.168.1.1", "0"],
  ["not an unhealthy one", [["Unhealthy"], [], []], "2 192.168.1.3", "2"],
  ["not one that only follows", [down, [], []], "2 192.168.1.3", "2"],
  ["an unhealthy one, if no other", [["Unhealthy"], [], down], "0 192.168.1.1", ""],
  ["one with part of its interfaces", [["PartiallyOnline"], [], []], "0 192.168.1.1", "0"],
  ["a banned one, if no other", [banned, [], down], "0 192.168.1.1", ""],
  ["a stopped one last", [stopped, [], ["Unhealthy"]], "2 192.168.1.3", ""],
  ["a stopped one, if no other", [stopped, [], down], "0 192.168.1.1", ""],
  ["never a disabled one", [["Disabled"], [], ["Disabled"]], "", ""],
];

for (const [why, nodes, natgw, lvs] of leaders) {
  scenarioTest(`leader of a group: ${why}`, async () => {
    const natgwRun = await group("ctdb_natgw", "leader", all, ...nodes);
    assert.equal(natgwRun.output.trim(), natgw);
    assert.equal(natgwRun.status, natgw === "" ? 2 : 0);
    if (lvs === "") return;
    const lvsRun = await group("ctdb_lvs", "leader", all, ...nodes);
    assert.equal(lvsRun.output.trim(), lvs);
    assert.equal(lvsRun.status, 0);
  });
}

scenarioTest("ctdb_lvs leader: unhealthy ones serve if nobody is healthy", async () => {
  const run = await group("ctdb_lvs", "leader", all, ["Unhealthy"], ["Unhealthy"], ["Unhealthy"]);
  assert.equal(run.output, "0\n");
  const none = await group("ctdb_lvs", "leader", all, banned, down, stopped);
  assert.equal(none.status, 255);
  assert.equal(none.output, "");
});

scenarioTest("ctdb_lvs list: usable nodes", async () => {
  const some = await group("ctdb_lvs", "list", all, [], ["Unhealthy"], []);
  assert.equal(some.output, "0 192.168.1.1\n2 192.168.1.3\n");
  const unhealthy = await group("ctdb_lvs", "list", all, down, ["Unhealthy"], banned);
  assert.equal(unhealthy.output, "1 192.168.1.2\n");
  const none = await group("ctdb_lvs", "list", all, down, down, down);
  assert.equal(none.output, "");
  assert.equal(none.status, 0);
});

scenarioTest("ctdb_natgw list: members as in the file, with the leader marked", async () => {
  const run = await group("ctdb_natgw", "list", all, [], [], []);
  assert.equal(run.output, "192.168.1.3\n192.168.1.1\tLEADER\n192.168.1.2\tfollower-only\n");
});

for (const helper of ["ctdb_natgw", "ctdb_lvs"] as const) {
  scenarioTest(`${helper} with the functions of another package, and by a link`, async () => {
    const nodes = { natgw_nodes: "192.168.1.1\n", lvs_nodes: "192.168.1.1\n" };
    await using sandbox = await Sandbox.open({
      etc: nodes,
      answers: { ctdb: nodestatus([], [], []) },
    });
    await Deno.remove(`${sandbox.directory}/etc/functions.d`);
    await Deno.remove(`${sandbox.directory}/etc/functions`);
    await sandbox.write(
      "etc/functions",
      'die() { echo "$1" >&2; exit "${2:-1}"; }\nload_script_options() { :; }\n',
    );
    const link = `${sandbox.directory}/elsewhere`;
    await Deno.symlink(`${events}helpers/${helper}`, link);
    for (const program of [`${events}helpers/${helper}`, link]) {
      const run = await sandbox.run(program, "leader");
      assert.equal(run.status, 0, run.output);
      assert.match(run.output, /^0\b/);
    }
  });
}

for (const helper of ["ctdb_natgw", "ctdb_lvs"] as const) {
  scenarioTest(`${helper} status: rows of the members`, async () => {
    const run = await group(helper, "status", "192.168.1.1\n192.168.1.3\n", [], [], []);
    assert.equal(run.status, 0);
    assert.deepEqual(run.output.trim().split("\n").map((row) => row.slice(0, 5)), [
      "pnn:0",
      "pnn:2",
    ]);
  });

  scenarioTest(`${helper}: what it refuses`, async () => {
    const bad = await group(helper, "leader", "192.168.1.1 junk\n", []);
    assert.equal(bad.status, 1);
    assert.match(
      bad.output,
      new RegExp(`^${helper}: Invalid options "junk" in {2}"CASE/etc/\\w+"\n$`),
    );

    const what = helper === "ctdb_natgw" ? "NAT gateway" : "LVS";
    await using sandbox = await Sandbox.open({
      options: [
        "CTDB_NATGW_NODES=/no/such",
        "CTDB_LVS_NODES=/no/such",
      ],
    });
    const missing = await sandbox.run(`${events}helpers/${helper}`, "leader");
    assert.equal(missing.status, 1);
    assert.equal(missing.output, `${helper}: ${what} nodes file "/no/such" not found\n`);

    const usage = await group(helper, "nonsense", "192.168.1.1\n", []);
    assert.equal(usage.status, 1);
    assert.ok(usage.output.startsWith(`${events}helpers/${helper} <option>`));
  });
}

scenarioTest("ctdb_lvs: a daemon that does not answer", async () => {
  await using sandbox = await Sandbox.open({
    answers: { ctdb: "exit 1" },
    etc: { lvs_nodes: all },
  });
  for (const operation of ["leader", "list", "status"]) {
    assert.equal((await sandbox.run(`${events}helpers/ctdb_lvs`, operation)).status, 10);
  }
});
