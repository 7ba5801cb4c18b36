import assert from "node:assert/strict";
import { expectRun } from "./support/expect.ts";
import { Sandbox } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";

// 15.network: name service and other hosts.

const BROKEN = 'echo "no answer"; exit 1';

function open(hosts: string, answers: Record<string, string> = {}) {
  return Sandbox.open({ options: [`CTDB_MONITOR_HOSTS="${hosts}"`], answers });
}

const monitor = (sandbox: Sandbox) => sandbox.event("15.network", "monitor");

scenarioTest("15.network does nothing without hosts, and in other events", async () => {
  await using idle = await open("");
  expectRun(await monitor(idle), 0, []);
  await using sandbox = await open("ping:192.0.2.9", { ping: BROKEN });
  expectRun(await sandbox.event("15.network", "ipreallocated"), 0, []);
});

scenarioTest(
  "15.network counts unanswered pings, warns, fails, and says when it is over",
  async () => {
    await using sandbox = await open("ping:192.0.2.9:2:3", { ping: BROKEN });
    const label = "Host check ping:192.0.2.9";
    const first = await monitor(sandbox);
    expectRun(first, 0, ["ping -n -w 1 -c 1 192.0.2.9"]);
    assert.equal(first.output, "");
    const second = await monitor(sandbox);
    expectRun(second, 0);
    assert.equal(second.output, `WARNING: ${label}: fail count 2 >= threshold 2\nno answer\n`);
    const third = await monitor(sandbox);
    expectRun(third, 1);
    assert.equal(third.output, `ERROR: ${label}: fail count 3 >= threshold 3\nno answer\n`);
    await sandbox.answer({ ping: "exit 0" });
    const fourth = await monitor(sandbox);
    expectRun(fourth, 0);
    assert.equal(fourth.output, `NOTICE: ${label}: no longer failing\n`);
  },
);

scenarioTest("15.network: all items are looked at, and startup fails with them", async () => {
  await using sandbox = await open("ping:192.0.2.1:1:1 odd:x dns:files.test,5", {
    ping: BROKEN,
    host: "exit 0",
  });
  const run = await sandbox.event("15.network", "startup");
  expectRun(run, 1, ["ping -n -w 1 -c 1 192.0.2.1", "host files.test"]);
  assert.match(run.output, /^WARNING: Invalid host check "odd:x"$/m);
});

scenarioTest("15.network: each name server counts for itself", async () => {
  await using sandbox = await open("ns:files.test,1:1:2", {
    host: 'case "$2" in 192.0.2.53) exit 1 ;; 192.0.2.54) exec /usr/bin/sleep 30 ;; esac',
    ping: 'case "$*" in *192.0.2.54) exit 0 ;; esac; echo unreachable; exit 1',
  });
  await sandbox.write(
    "sys-etc/resolv.conf",
    "search test\nnameserver 192.0.2.52\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n",
  );
  const run = await monitor(sandbox);
  expectRun(run, 0);
  const label = "Host check ns:files.test,1@";
  assert.equal(
    run.output,
    `WARNING: ${label}192.0.2.53: fail count 1 >= threshold 1\n\nunreachable\n` +
      `WARNING: ${label}192.0.2.54: fail count 1 >= threshold 1\n` +
      "Command timed out: host files.test 192.0.2.54\n",
  );
  // The first that has failed often enough ends the check.
  const second = await monitor(sandbox);
  expectRun(second, 1);
  assert.match(second.output, /^ERROR: .*@192\.0\.2\.53: fail count 2 >= threshold 2\n/);
  assert.doesNotMatch(second.output, /192\.0\.2\.54/);
});
