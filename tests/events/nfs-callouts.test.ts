import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { type Run, Sandbox, type Scenario } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";

async function callout(sandbox: Sandbox, name: string, ...operation: string[]): Promise<Run> {
  return await sandbox.run(`${sandbox.directory}/etc/${name}`, ...operation);
}

function kernel(sandbox: Sandbox, ...operation: string[]): Promise<Run> {
  return callout(sandbox, "nfs-linux-kernel-callout", ...operation);
}

scenarioTest("kernel call-out: what it implements", async () => {
  await using sandbox = await Sandbox.open();
  const run = await kernel(sandbox, "register");
  expectRun(run, 0, []);
  assert.deepEqual(run.output.trim().split("\n"), [
    "shutdown",
    "startup",
    "stop",
    "start",
    "monitor-list-shares",
    "monitor-post",
    "startipreallocate",
  ]);
  expectRun(await kernel(sandbox, "monitor-pre"), 0, []);
});

scenarioTest("kernel call-out: the grace period begins before addresses move", async () => {
  await using sandbox = await Sandbox.open({ answers: { sleep: "exit 0" } });
  const run = await kernel(sandbox, "startipreallocate");
  expectRun(run, 0, ["service rpc-statd stop", "service rpc-statd start"]);
  assert.ok(run.calls.includes("sleep 2"));
  assert.equal(run.output, "");
});

scenarioTest("kernel call-out: services as Debian names them", async () => {
  await using sandbox = await Sandbox.open();
  const stopped = ["service nfs-kernel-server stop", "service rpc-statd stop"];
  const started = ["service rpc-statd start", "service nfs-kernel-server start"];
  for (
    const [operation, calls] of [
      ["startup", [...stopped, ...started]],
      ["shutdown", stopped],
      ["stop nfs", [...stopped, "killall -q -9 nfsd"]],
      ["start nfs", started],
      ["stop nlockmgr", ["service rpc-statd stop"]],
      ["start nlockmgr", ["service rpc-statd start"]],
      ["stop status", ["service rpc-statd stop"]],
      ["start status", ["service rpc-statd start"]],
      ["stop mountd", ["service nfs-mountd stop"]],
      ["start mountd", ["service nfs-mountd start"]],
      ["stop rquotad", []],
      ["start rquotad", []],
    ] as const
  ) {
    expectRun(await kernel(sandbox, ...operation.split(" ")), 0, calls);
  }
  expectRun(await kernel(sandbox, "stop", "nonsense"), 1, []);
});

for (const [style, service] of [["redhat", "nfs-server"], ["suse", "nfsserver"]] as const) {
  scenarioTest(`kernel call-out: services as ${style} names them`, async () => {
    await using sandbox = await Sandbox.open({ env: { CTDB_INIT_STYLE: style } });
    expectRun(await kernel(sandbox, "shutdown"), 0, [
      "service rpc-rquotad stop",
      `service ${service} stop`,
      "service rpc-statd stop",
    ]);
  });
}

scenarioTest("kernel call-out: startup fails if the server does not start", async () => {
  await using sandbox = await Sandbox.open({
    answers: { service: 'case "$*" in *kernel-server\\ start) exit 1 ;; esac' },
  });
  expectRun(await kernel(sandbox, "startup"), 1);
});

const exportfs = `
printf '/srv/a        \\t192.168.0.0/16(sync,wdelay)\\n'
printf '/srv/with blank (b)\\n\\t\\t<world>(ro,no_subtree_check)\\n'
printf '/srv/a        \\t10.0.0.0/8(sync)\\n'`;

scenarioTest("kernel call-out: exports are listed anew when they change", async () => {
  await using sandbox = await Sandbox.open({
    answers: { exportfs },
    env: { CTDB_NFS_EXPORTS_FILE: "/etc/hostname" },
  });
  const first = await kernel(sandbox, "monitor-list-shares");
  expectRun(first, 0, ["exportfs -v"]);
  assert.equal(first.output, "/srv/a\n/srv/with blank (b)\n");
  const second = await kernel(sandbox, "monitor-list-shares");
  expectRun(second, 0, []);
  assert.equal(second.output, first.output);

  const [cache] = ["var/scripts/nfs-callout/list-shares"];
  await Deno.utime(`${sandbox.directory}/${cache}`, 1, 1);
  expectRun(await kernel(sandbox, "monitor-list-shares"), 0, ["exportfs -v"]);
});

scenarioTest("kernel call-out: exports that cannot be listed are a failure", async () => {
  await using sandbox = await Sandbox.open({ answers: { exportfs: "exit 1" } });
  expectRun(await kernel(sandbox, "monitor-list-shares"), 1);
});

/** A kernel server with so many threads: its file, in place of the one in `/proc`. */
function threads(running: number): Scenario {
  return {
    setup: `
mount -t tmpfs none /proc/fs || exit 1
mkdir -p /proc/fs/nfsd
echo ${running} >/proc/fs/nfsd/threads`,
    after: "cat /proc/fs/nfsd/threads",
  };
}

for (
  const [source, scenario] of [
    ["RPCNFSDCOUNT", { file: "RPCNFSDCOUNT=16\n" }],
    ["USE_KERNEL_NFSD_NUMBER", { file: "USE_KERNEL_NFSD_NUMBER=16\n" }],
    ["nfsconf", { nfsconf: "echo 16" }],
  ] as const
) {
  scenarioTest(`kernel call-out: the number of threads is that of ${source}`, async () => {
    const answer = "nfsconf" in scenario ? scenario.nfsconf : "exit 1";
    await using sandbox = await Sandbox.open({ ...threads(8), answers: { nfsconf: answer } });
    if ("file" in scenario) await sandbox.write("sys-etc/default/nfs", scenario.file);
    const run = await kernel(sandbox, "monitor-post");
    expectRun(run, 0);
    assert.equal(run.after, "16\n");
    assert.match(run.output, /8.*16/);
  });
}

scenarioTest("kernel call-out: an unconfigured number of threads is left alone", async () => {
  await using sandbox = await Sandbox.open({ ...threads(8), answers: { nfsconf: "exit 1" } });
  const run = await kernel(sandbox, "monitor-post");
  expectRun(run, 0);
  assert.equal(run.after, "8\n");
});

scenarioTest("kernel call-out: stopping the server ends its threads first", async () => {
  await using sandbox = await Sandbox.open(threads(8));
  const run = await kernel(sandbox, "stop", "nfs");
  expectRun(run, 0);
  assert.equal(run.after, "0\n");
});

scenarioTest("Ganesha call-out: one service, and a grace period per address", async () => {
  await using sandbox = await Sandbox.open();
  const ganesha = (...operation: string[]) => callout(sandbox, "nfs-ganesha-callout", ...operation);
  const grace = (whose: string) =>
    "dbus-send --system --print-reply --dest=org.ganesha.nfsd /org/ganesha/nfsd/admin " +
    `org.ganesha.nfsd.admin.grace string:${whose}`;
  for (
    const [operation, calls] of [
      ["startup", ["service nfs-ganesha stop", "service nfs-ganesha start"]],
      ["takeip e0 10.0.0.9 24", [grace("5:10.0.0.9"), grace("4:1"), grace("4:2")]],
      ["releaseip e0 10.0.0.9 24", [grace("2:10.0.0.9")]],
      ["stop nfs", ["service nfs-ganesha stop", "killall -q -9 ganesha.nfsd"]],
      ["start nfs", ["service nfs-ganesha start"]],
      ["stop nlockmgr", []],
      ["start nlockmgr", []],
      ["shutdown", ["service nfs-ganesha stop"]],
    ] as const
  ) {
    expectRun(await ganesha(...operation.split(" ")), 0, calls);
  }
  const registered = (await ganesha("register")).output.trim().split("\n");
  const known = ["startup", "shutdown", "takeip", "releaseip", "stop", "start"];
  assert.deepEqual(registered, known);

  await sandbox.answer({ "dbus-send": "exit 1" });
  const run = await ganesha("takeip", "e0", "10.0.0.9", "24");
  expectRun(run, 0);
  assert.match(run.output, /WARNING/);
  assert.deepEqual(acts(run), [grace("5:10.0.0.9")]);
  const release = await ganesha("releaseip", "e0", "10.0.0.9", "24");
  expectRun(release, 0, [grace("2:10.0.0.9")]);
  assert.match(release.output, /WARNING/);
});
