import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { Sandbox, type Scenario } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";
import { network, publicAddresses } from "./support/stand-ins.ts";

/** What `testparm` says: values of options, and the shares' paths. */
function testparm(values: Readonly<Record<string, string>>, ...paths: string[]): string {
  const options = Object.entries(values)
    .map(([name, value]) => `"--parameter-name=${name}") echo "${value}" ;;`).join("\n");
  const shares = paths.map((path) => `echo '	path = ${path}'`).join("\n");
  return `
case "$3" in
${options}
"")
	echo '[global]'
	echo '	registry shares = yes'
	echo '	include = registry'
	echo '	winbind separator = +'
	echo '	copy = other'
	${shares}
	;;
esac`;
}

const plain = testparm({ "smb ports": "445 139" }, "/tmp", "/home/%U");

function open(changes: Scenario = {}): Promise<Sandbox> {
  return Sandbox.open({ ...changes, answers: { testparm: plain, ...changes.answers } });
}

scenarioTest("50.samba startup ends leftovers and starts with reduced priority", async () => {
  await using sandbox = await open({
    answers: { service: 'echo "$2 at $(PATH=$REAL_PATH nice)" >>"$CASE/calls"' },
  });
  expectRun(await sandbox.event("50.samba", "startup"), 0, [
    "service smbd stop",
    "stop at 0",
    "killall -q -0 smbd",
    "killall -q -9 smbd",
    "service smbd start",
    "start at 10",
  ]);
});

scenarioTest("50.samba startup fails if smbd does not start", async () => {
  await using sandbox = await open({ answers: { service: '[ "$2" != start ] || exit 4' } });
  expectRun(await sandbox.event("50.samba", "startup"), 1);
});

scenarioTest("50.samba knows the service's name, or is told", async () => {
  for (
    const [scenario, name] of [
      [{ env: { CTDB_INIT_STYLE: "redhat" } }, "smb"],
      [{ env: { CTDB_INIT_STYLE: "suse" } }, "smb"],
      [{ options: ["CTDB_SERVICE_SMB=samba"] }, "samba"],
    ] as const
  ) {
    await using sandbox = await open(scenario);
    expectRun(await sandbox.event("50.samba", "shutdown"), 0, [`service ${name} stop`]);
  }
});

scenarioTest("50.samba shutdown shows where remaining processes hang", async () => {
  await using sandbox = await open({ answers: { pidof: "echo 1 1 1 1 1 1 1" } });
  const run = await sandbox.event("50.samba", "shutdown");
  expectRun(run, 0);
  assert.equal(run.output.match(/Stack trace for smbd\[1\]/g)?.length, 5);
});

scenarioTest("50.samba startup writes the snippet with the interfaces", async () => {
  await using sandbox = await open({
    setup: network,
    etc: { public_addresses: publicAddresses },
    options: [
      'CTDB_SAMBA_INTERFACES_FILE="$CASE/interfaces.conf"',
      "CTDB_SAMBA_INTERFACES_EXTRA=eth7",
    ],
  });
  expectRun(await sandbox.event("50.samba", "startup"), 0);
  assert.equal(
    await sandbox.read("interfaces.conf"),
    "bind interfaces only = yes\n" +
      'interfaces = lo "e0;options=dynamic" "e1;options=dynamic" eth7\n',
  );
});

for (
  const [name, values, options, ports] of [
    ["smb ports", { "smb ports": "445 139" }, [], ["445", "139"]],
    [
      "server smb transports first",
      { "server smb transports": "tcp, nbt, quic, tcp:4455, nbt:1390", "smb ports": "1" },
      [],
      ["445", "139", "4455", "1390"],
    ],
    ["the option first of all", { "smb ports": "1" }, ['CTDB_SAMBA_CHECK_PORTS="445 8445"'], [
      "445",
      "8445",
    ]],
  ] as const
) {
  scenarioTest(`50.samba monitor checks the ports of ${name}`, async () => {
    await using sandbox = await open({ answers: { testparm: testparm(values) }, options });
    const run = await sandbox.event("50.samba", "monitor");
    expectRun(run, 0);
    assert.deepEqual(
      acts(run).filter((call) => call.includes("checktcpport")),
      ports.map((port) => `ctdb checktcpport ${port}`),
    );
  });
}

scenarioTest("50.samba monitor fails for a free port, and passes other errors on", async () => {
  for (const [answer, status] of [[0, 1], [1, 1], [22, 1]] as const) {
    await using sandbox = await open({ answers: { ctdb: `exit ${answer}` } });
    expectRun(await sandbox.event("50.samba", "monitor"), status);
  }
});

scenarioTest(
  "50.samba monitor fails for a share without directory, unless told not to",
  async () => {
    const answers = { testparm: testparm({ "smb ports": "445" }, "/tmp", "/no such/dir") };
    await using sandbox = await open({ answers });
    const run = await sandbox.event("50.samba", "monitor");
    expectRun(run, 1);
    assert.match(run.output, /directory is not available: \/no such\/dir/);

    await using skipping = await open({ answers, options: ["CTDB_SAMBA_SKIP_SHARE_CHECK=yes"] });
    expectRun(await skipping.event("50.samba", "monitor"), 0);
  },
);

scenarioTest(
  "50.samba monitor leaves out of its copy what would need more than the copy",
  async () => {
    await using sandbox = await open();
    expectRun(await sandbox.event("50.samba", "monitor"), 0);
    const copy = await sandbox.read("var/scripts/service/samba/smb.conf.cache");
    assert.equal(copy, "[global]\n\tpath = /tmp\n\tpath = /home/%U\n");
  },
);

scenarioTest("50.samba monitor fails without any configuration", async () => {
  await using sandbox = await open({ answers: { testparm: "exit 1" } });
  const run = await sandbox.event("50.samba", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /testparm failed/);
});

scenarioTest("50.samba monitor goes on with an old copy and renews it behind", async () => {
  await using sandbox = await open();
  expectRun(await sandbox.event("50.samba", "monitor"), 0);

  // It fails when it is asked the first time, and has recovered the second time.
  await sandbox.answer({
    testparm: `
case "$*" in
"-v -s")
	[ -e "$CASE/asked" ] || { : >"$CASE/asked"; exit 1; }
	;;
esac
${testparm({ "smb ports": "445" }, "/usr")}`,
  });
  const run = await sandbox.event("50.samba", "monitor");
  expectRun(run, 0);
  assert.match(run.output, /WARNING: testparm failed/);
  assert.equal(run.calls.filter((call) => call === "testparm -v -s").length, 2);
  assert.match(await sandbox.read("var/scripts/service/samba/smb.conf.cache"), /path = \/usr/);
});
