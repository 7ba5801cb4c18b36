import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { Sandbox, type Scenario } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";

// 06.nfs, 60.nfs and its check files

/** A call-out that implements what it says, or all if it says nothing, and notes its calls. */
function callout(operations: string, answers = ""): string {
  return `#!/bin/sh
echo "callout $*" >>"$CASE/calls"
case "$1" in
register) printf '${operations}' ;;
${answers}
esac
`;
}

async function open(changes: Scenario & { callout?: string } = {}): Promise<Sandbox> {
  const { callout: program, ...scenario } = changes;
  return await Sandbox.open({
    ...scenario,
    options: ['CTDB_NFS_CALLOUT="$CTDB_BASE/callout.sh"', ...scenario.options ?? []],
    etc: { "callout.sh": program ?? callout(""), ...scenario.etc },
  });
}

const address = ["e0", "10.0.0.9", "24"];
const checks = 'CTDB_NFS_CHECKS_DIR="$CTDB_BASE/checks"';

scenarioTest("60.nfs hands its events to the call-out and the statd helper", async () => {
  await using sandbox = await open({ options: [checks] });
  for (
    const [event, calls] of [
      ["startup", [
        "callout register",
        "statd_callout_helper startup",
        "callout startup",
      ]],
      ["startipreallocate", ["callout startipreallocate"]],
      ["takeip", ["callout takeip e0 10.0.0.9 24", "statd_callout_helper takeip 10.0.0.9"]],
      ["ipreallocated", ["statd_callout_helper notify"]],
      ["ipreallocated", []],
      ["releaseip", [
        "statd_callout_helper update 10.0.0.9",
        "callout releaseip e0 10.0.0.9 24",
      ]],
      ["ipreallocated", ["statd_callout_helper notify"]],
      ["monitor", [
        "callout monitor-pre",
        "callout monitor-list-shares",
        "statd_callout_helper update",
        "callout monitor-post",
      ]],
      ["shutdown", ["callout shutdown"]],
      ["recovered", []],
    ] as const
  ) {
    const args = event === "takeip" || event === "releaseip" ? address : [];
    expectRun(await sandbox.event("60.nfs", event, ...args), 0, calls);
  }
});

scenarioTest("60.nfs calls only registered operations, and asks a new call-out anew", async () => {
  await using sandbox = await open({ callout: callout("startup\\ntakeip\\n") });
  expectRun(await sandbox.event("60.nfs", "takeip", ...address), 0, [
    "callout register",
    "callout takeip e0 10.0.0.9 24",
    "statd_callout_helper takeip 10.0.0.9",
  ]);
  const update = "statd_callout_helper update 10.0.0.9";
  expectRun(await sandbox.event("60.nfs", "releaseip", ...address), 0, [update]);

  await sandbox.etc("other.sh", callout("releaseip\\n"));
  await sandbox.etc("script.options", 'CTDB_NFS_CALLOUT="$CTDB_BASE/other.sh"\n');
  expectRun(await sandbox.event("60.nfs", "releaseip", ...address), 0, [
    "callout register",
    update,
    "callout releaseip e0 10.0.0.9 24",
  ]);
});

for (
  const event of ["startup", "shutdown", "startipreallocate", "takeip", "releaseip", "monitor"]
) {
  scenarioTest(`60.nfs ${event} fails if the call-out does`, async () => {
    const failing = event === "monitor" ? "monitor-pre" : event;
    await using sandbox = await open({ callout: callout("", `${failing}) exit 5 ;;`) });
    expectRun(await sandbox.event("60.nfs", event, ...address), 5);
  });
}

scenarioTest("06.nfs tells a call-out of the old protocol beforehand", async () => {
  await using sandbox = await open();
  expectRun(await sandbox.event("06.nfs", "takeip", ...address), 0, [
    "callout register",
    "callout takeip-pre e0 10.0.0.9 24",
  ]);
  expectRun(await sandbox.event("06.nfs", "releaseip", ...address), 0, [
    "callout releaseip-pre e0 10.0.0.9 24",
  ]);
  expectRun(await sandbox.event("06.nfs", "monitor"), 0, []);
});

scenarioTest("60.nfs monitor wants every export to be a directory", async () => {
  const listing = callout("", "monitor-list-shares) printf '/tmp\\n/usr/no such\\n' ;;");
  await using sandbox = await open({ callout: listing });
  const run = await sandbox.event("60.nfs", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /directory is not available: \/usr\/no such/);

  const skip = ["CTDB_NFS_SKIP_SHARE_CHECK=yes", checks];
  await using skipping = await open({ callout: listing, options: skip });
  expectRun(await skipping.event("60.nfs", "monitor"), 0);
});

scenarioTest("60.nfs tells the call-out where its state and settings are", async () => {
  await using sandbox = await open({
    options: ["CTDB_NFS_SHARED_STATE_DIR=/shared", "CTDB_NFS_EXPORTS_FILE=/x/etab"],
    callout: callout(
      "",
      'startup) env | grep ^CTDB_NFS_ | sort | sed "s/^/callout: /" >>"$CASE/calls" ;;',
    ),
  });
  const run = await sandbox.event("60.nfs", "startup");
  assert.deepEqual(run.calls.filter((call) => call.startsWith("callout: ")), [
    "callout: CTDB_NFS_CALLOUT=CASE/etc/callout.sh",
    "callout: CTDB_NFS_CALLOUT_STATE_DIR=CASE/var/scripts/service/nfs/callout-state",
    "callout: CTDB_NFS_EXPORTS_FILE=/x/etab",
    "callout: CTDB_NFS_SHARED_STATE_DIR=/shared",
  ]);
});

const rpcDown = 'echo "rpcinfo: RPC: Program not registered" >&2; exit 1';

/** The checks of a 60.nfs monitor event: calls of `rpcinfo`, and of the call-out beyond polling. */
function checkCalls(calls: readonly string[]): string[] {
  return calls.filter((call) => /^rpcinfo|^callout (stop|start) /.test(call));
}

scenarioTest("60.nfs monitor makes the shipped checks", async () => {
  await using sandbox = await open();
  const run = await sandbox.event("60.nfs", "monitor");
  expectRun(run, 0);
  assert.deepEqual(checkCalls(run.calls), [
    "rpcinfo -T tcp 127.0.0.1 portmapper",
    "rpcinfo -T tcp 127.0.0.1 status 1",
    "rpcinfo -T tcp 127.0.0.1 nfs 3",
    "rpcinfo -T tcp 127.0.0.1 nlockmgr 4",
    "rpcinfo -T tcp 127.0.0.1 mountd 1",
    "rpcinfo -T tcp 127.0.0.1 rquotad 1",
  ]);
});

for (
  const [program, unhealthy, restart] of [
    ["status", 6, 2],
    ["nfs", 2, 10],
    ["nlockmgr", 6, 2],
    ["mountd", 6, 2],
    ["rquotad", 6, 2],
  ] as const
) {
  scenarioTest(`60.nfs monitor counts failures of ${program}`, async () => {
    await using sandbox = await open();
    expectRun(await sandbox.event("60.nfs", "monitor"), 0);
    await sandbox.answer({ rpcinfo: `case "$*" in *" ${program} "*) ${rpcDown} ;; esac` });
    for (let count = 1; count <= 12; count++) {
      const run = await sandbox.event("60.nfs", "monitor");
      expectRun(run, count >= unhealthy ? 1 : 0);
      const stops = run.calls.includes(`callout stop ${program}`);
      assert.equal(stops, count % restart === 0, `restart at failure ${count}`);
      assert.equal(run.calls.includes(`callout start ${program}`), stops);
      // What comes behind an unhealthy service is not looked at.
      const others = run.calls.includes("callout monitor-post");
      assert.equal(others, count < unhealthy);
    }
    await sandbox.answer({ rpcinfo: "" });
    expectRun(await sandbox.event("60.nfs", "monitor"), 0);
  });
}

scenarioTest("60.nfs monitor fails at once for a service that has never worked", async () => {
  await using sandbox = await open({ answers: { rpcinfo: rpcDown } });
  const run = await sandbox.event("60.nfs", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /portmapper.*\n.*Program not registered/);
  assert.deepEqual(checkCalls(run.calls), ["rpcinfo -T tcp 127.0.0.1 portmapper"]);

  await sandbox.answer({ rpcinfo: `case "$*" in *" status "*) ${rpcDown} ;; esac` });
  for (let round = 0; round < 3; round++) {
    const again = await sandbox.event("60.nfs", "monitor");
    expectRun(again, 1);
    assert.ok(!again.calls.includes("callout stop status"));
  }
});

async function openCheck(check: string, answers: Record<string, string> = {}): Promise<Sandbox> {
  return await open({ options: [checks], etc: { "checks/20.nfs.check": check }, answers });
}

scenarioTest("a check file names families and versions", async () => {
  await using sandbox = await openCheck(
    '# both\n\nfamily="tcp udp6"\nversion="3 4"\nunhealthy_after=2\n',
  );
  assert.deepEqual(checkCalls((await sandbox.event("60.nfs", "monitor")).calls), [
    "rpcinfo -T tcp 127.0.0.1 nfs 3",
    "rpcinfo -T tcp 127.0.0.1 nfs 4",
    "rpcinfo -T udp6 ::1 nfs 3",
    "rpcinfo -T udp6 ::1 nfs 4",
  ]);
});

scenarioTest("a check file may have a command instead of RPC", async () => {
  await using sandbox = await openCheck('service_check_cmd="echo $CTDB_NFS_CALLOUT is bad; false"');
  const run = await sandbox.event("60.nfs", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /CASE\/etc\/callout\.sh is bad/);
  assert.deepEqual(checkCalls(run.calls), []);
});

scenarioTest("a check file with unhealthy_after=0 never fails", async () => {
  await using sandbox = await openCheck("unhealthy_after=0\n");
  expectRun(await sandbox.event("60.nfs", "monitor"), 0);
  await sandbox.answer({ rpcinfo: rpcDown });
  for (let round = 0; round < 3; round++) {
    expectRun(await sandbox.event("60.nfs", "monitor"), 0);
  }
});

scenarioTest("a check file's debug command runs between stopping and starting", async () => {
  await using sandbox = await openCheck([
    "unhealthy_after=0",
    "restart_every=1",
    'service_stop_cmd="$CTDB_NFS_CALLOUT stop nfs"',
    'service_start_cmd="echo starting; $CTDB_NFS_CALLOUT start nfs"',
    `service_debug_cmd='echo "callout debug" >>"$CASE/calls"'`,
  ].join("\n"));
  expectRun(await sandbox.event("60.nfs", "monitor"), 0);
  await sandbox.answer({ rpcinfo: rpcDown });
  const run = await sandbox.event("60.nfs", "monitor");
  const restart = acts(run).filter((call) => /^callout (stop|start|debug)/.test(call));
  assert.deepEqual(restart, ["callout stop nfs", "callout debug", "callout start nfs"]);
  // Started behind the script's back, so its words are in the log.
  assert.equal(run.log, "starting\n");
});

scenarioTest("a check file with anything else makes monitoring fail", async () => {
  for (const line of ["nonsense", "unknown=1", "rm -rf /nowhere", " version=3"]) {
    await using sandbox = await openCheck(`version=3\n${line}\n`);
    const run = await sandbox.event("60.nfs", "monitor");
    expectRun(run, 1);
    assert.match(run.output, /20\.nfs\.check/);
    assert.deepEqual(checkCalls(run.calls), []);
  }
});

scenarioTest("a check file must say how to restart if it wants restarts", async () => {
  await using sandbox = await openCheck("restart_every=2\nservice_stop_cmd=true\n");
  expectRun(await sandbox.event("60.nfs", "monitor"), 1);
});

scenarioTest("a service whose statistics move is alive although it times out", async () => {
  const timeout = 'echo "rpcinfo: RPC: Timed out" >&2; exit 1';
  await using sandbox = await openCheck('unhealthy_after=2\nservice_stats_cmd="cat $CASE/stats"\n');
  const round = async (stats: string, answer: string): Promise<number> => {
    await sandbox.write("stats", stats);
    await sandbox.answer({ rpcinfo: answer });
    return (await sandbox.event("60.nfs", "monitor")).status;
  };
  assert.equal(await round("calls 1", ""), 0);
  assert.equal(await round("calls 2", timeout), 0);
  assert.equal(await round("calls 3", timeout), 0);
  assert.equal(await round("calls 4", timeout), 0);
  // Now it hangs: counted from here.
  assert.equal(await round("calls 4", timeout), 0);
  assert.equal(await round("calls 4", timeout), 1);
  // Another error is no sign of life, whatever moves.
  assert.equal(await round("calls 5", ""), 0);
  assert.equal(await round("calls 6", rpcDown), 0);
  assert.equal(await round("calls 7", rpcDown), 1);
});
