import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { Sandbox, type Scenario } from "./support/sandbox.ts";
import { nftTest, scenarioTest } from "./support/scenario-test.ts";
import { noIptables } from "./support/stand-ins.ts";

// 20.multipathd, 31.clamd, 40.vsftpd, 41.httpd, 46 to 49, 70.iscsi

/** A whole life of a simple service: what each event does, in this order. */
interface Life {
  readonly script: string;
  readonly scenario?: Scenario;
  readonly events: readonly (readonly [event: string, calls: readonly string[]])[];
}

const takeip = "takeip e0 10.0.0.9 24";

const lives: readonly Life[] = [
  {
    script: "31.clamd",
    scenario: {
      options: ["CTDB_CLAMD_SOCKET=/run/clamd.sock"],
      answers: { ss: "echo 'u_str LISTEN 0 5 /run/clamd.sock 1 * 0'" },
    },
    events: [
      ["init", []],
      ["startup", ["service clamav stop", "service clamav start"]],
      ["monitor", []],
      [takeip, []],
      // The stock script calls a service "clamav_stop" here, which stops nothing.
      ["shutdown", ["service clamav stop"]],
    ],
  },
  {
    script: "31.clamd",
    scenario: { env: { CTDB_INIT_STYLE: "redhat" } },
    events: [["startup", ["service clamd stop", "service clamd start"]]],
  },
  {
    script: "40.vsftpd",
    events: [
      ["startup", ["service vsftpd stop", "service vsftpd start"]],
      ["monitor", ["ctdb checktcpport 21"]],
      ["ipreallocated", []],
      [takeip, []],
      ["ipreallocated", ["service vsftpd restart"]],
      ["ipreallocated", []],
      ["releaseip e0 10.0.0.9 24", []],
      ["ipreallocated", ["service vsftpd restart"]],
      ["shutdown", ["service vsftpd stop"]],
    ],
  },
  {
    script: "41.httpd",
    scenario: { answers: { killall: 'case "$*" in *-0*) exit 1 ;; esac' } },
    events: [
      ["startup", ["killall -q -0 apache2", "service apache2 start"]],
      ["monitor", ["ctdb checktcpport 80"]],
      ["shutdown", ["service apache2 stop", "killall -q -9 apache2"]],
    ],
  },
  {
    script: "41.httpd",
    scenario: { env: { CTDB_INIT_STYLE: "redhat" } },
    events: [["startup", ["killall -q -0 httpd", "service httpd start"]]],
  },
  {
    script: "46.update-keytabs",
    events: [
      ["startup", []],
      ["recovered", [
        "net ads keytab create --option=sync machine password script= --configfile=CASE/etc/lib/server.conf",
      ]],
    ],
  },
  {
    script: "47.samba-dcerpcd",
    scenario: { answers: { killall: 'case "$*" in *-0*) exit 1 ;; esac' } },
    events: [
      ["startup", [
        "service samba-dcerpcd stop",
        "killall -q -0 samba-dcerpcd",
        "service samba-dcerpcd start",
      ]],
      ["monitor", ["service samba-dcerpcd status"]],
      ["shutdown", ["service samba-dcerpcd stop"]],
    ],
  },
  {
    script: "48.netbios",
    events: [
      ["startup", [
        "service nmbd stop",
        "killall -q -0 nmbd",
        "killall -q -9 nmbd",
        "service nmbd start",
      ]],
      ["monitor", ["service nmbd status"]],
      ["shutdown", ["service nmbd stop"]],
    ],
  },
  {
    script: "48.netbios",
    scenario: { env: { CTDB_INIT_STYLE: "redhat" } },
    events: [["shutdown", ["service nmb stop"]]],
  },
  {
    script: "49.winbind",
    events: [
      ["startup", [
        "service winbind stop",
        "killall -q -0 winbindd",
        "killall -q -9 winbindd",
        "service winbind start",
      ]],
      ["monitor", ["wbinfo -p"]],
      ["shutdown", ["service winbind stop"]],
    ],
  },
  {
    script: "49.winbind",
    scenario: { options: ["CTDB_SERVICE_WINBIND=wb"] },
    events: [["shutdown", ["service wb stop"]]],
  },
  {
    script: "70.iscsi",
    events: [["startup", []], ["monitor", []], ["ipreallocated", []], ["shutdown", []]],
  },
];

for (const { script, scenario, events } of lives) {
  const names = events.map(([event]) => event.split(" ")[0]).join(", ");
  scenarioTest(`${script} does what it should at ${names}`, async () => {
    await using sandbox = await Sandbox.open(scenario);
    for (const [event, calls] of events) {
      expectRun(await sandbox.event(script, ...event.split(" ")), 0, calls);
    }
  });
}

for (
  const [script, service] of [
    ["31.clamd", "clamav"],
    ["40.vsftpd", "vsftpd"],
    ["41.httpd", "apache2"],
    ["47.samba-dcerpcd", "samba-dcerpcd"],
    ["48.netbios", "nmbd"],
    ["49.winbind", "winbind"],
  ] as const
) {
  scenarioTest(`${script} startup fails if the service does not start`, async () => {
    await using sandbox = await Sandbox.open({
      answers: { service: 'case "$2" in start) exit 1 ;; esac' },
    });
    const run = await sandbox.event(script, "startup");
    expectRun(run, 1);
    assert.ok(acts(run).includes(`service ${service} start`));
  });
}

for (const script of ["47.samba-dcerpcd", "48.netbios"]) {
  scenarioTest(`${script} monitor shows trouble but does not fail`, async () => {
    await using sandbox = await Sandbox.open({ answers: { service: "echo not running; exit 3" } });
    const run = await sandbox.event(script, "monitor");
    expectRun(run, 0);
    assert.equal(run.output, "not running\n");
  });
}

scenarioTest("49.winbind monitor fails if winbindd does not answer", async () => {
  await using sandbox = await Sandbox.open({ answers: { wbinfo: "echo no ping; exit 1" } });
  const run = await sandbox.event("49.winbind", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /no ping/);
});

scenarioTest("46.update-keytabs recovered ends with the command's status", async () => {
  await using sandbox = await Sandbox.open({ answers: { net: "exit 9" } });
  expectRun(await sandbox.event("46.update-keytabs", "recovered"), 9);
});

scenarioTest("31.clamd monitor fails if nothing listens", async () => {
  await using sandbox = await Sandbox.open({ options: ["CTDB_CLAMD_SOCKET=/run/clamd.sock"] });
  expectRun(await sandbox.event("31.clamd", "monitor"), 1);
});

const portFree = 'case "$1" in checktcpport) exit 0 ;; esac';
const portBusy = 'case "$1" in checktcpport) exit 98 ;; esac';

scenarioTest("40.vsftpd monitor warns, then fails, and forgets when it works again", async () => {
  await using sandbox = await Sandbox.open({ answers: { ctdb: portFree } });
  const warning = await sandbox.event("40.vsftpd", "monitor");
  expectRun(warning, 0);
  assert.match(warning.output, /WARNING: vsftpd.*count 1/);
  expectRun(await sandbox.event("40.vsftpd", "monitor"), 1);

  await sandbox.answer({ ctdb: portBusy });
  const fine = await sandbox.event("40.vsftpd", "monitor");
  expectRun(fine, 0);
  assert.match(fine.output, /NOTICE: vsftpd/);
  await sandbox.answer({ ctdb: portFree });
  expectRun(await sandbox.event("40.vsftpd", "monitor"), 0);
});

scenarioTest("40.vsftpd takes CTDB_VSFTPD_MONITOR_THRESHOLDS", async () => {
  await using sandbox = await Sandbox.open({
    answers: { ctdb: portFree },
    options: ["CTDB_VSFTPD_MONITOR_THRESHOLDS=:3"],
  });
  for (const status of [0, 0, 1, 1]) {
    const run = await sandbox.event("40.vsftpd", "monitor");
    expectRun(run, status);
    assert.equal(run.output === "", status === 0);
  }
});

scenarioTest("41.httpd monitor restarts at two failures and fails from five on", async () => {
  await using sandbox = await Sandbox.open({ answers: { ctdb: portFree } });
  for (const [count, status] of [[1, 0], [2, 0], [3, 0], [4, 0], [5, 1], [6, 1]] as const) {
    const run = await sandbox.event("41.httpd", "monitor");
    expectRun(run, status);
    const restarted = acts(run).includes("service apache2 start");
    assert.equal(restarted, count === 2 || count >= 5, `restart at failure ${count}`);
  }
  await sandbox.answer({ ctdb: portBusy });
  expectRun(await sandbox.event("41.httpd", "monitor"), 0);
  await sandbox.answer({ ctdb: portFree });
  expectRun(await sandbox.event("41.httpd", "monitor"), 0, ["ctdb checktcpport 80"]);
});

scenarioTest("41.httpd startup removes semaphores that a dead server left", async () => {
  await using sandbox = await Sandbox.open({
    answers: {
      killall: "exit 1",
      ipcs: "printf 'key id owner\\n0x1 11 root\\n0x2 12 www-data\\n0x3 13 apache\\n'",
    },
  });
  expectRun(await sandbox.event("41.httpd", "startup"), 0, [
    "killall -q -0 apache2",
    "ipcrm -s 12",
    "ipcrm -s 13",
    "service apache2 start",
  ]);
});

scenarioTest("20.multipathd monitor wants an active path of every device", async () => {
  await using sandbox = await Sandbox.open({ options: ['CTDB_MONITOR_MPDEVICES="mpa mpb"'] });
  expectRun(await sandbox.event("20.multipathd", "startup"), 0, []);
  expectRun(await sandbox.event("20.multipathd", "monitor"), 0, [
    "multipath -ll mpa",
    "multipath -ll mpb",
  ]);
  for (const trouble of ["", `echo "policy='service-time 0' prio=0 status=enabled"`]) {
    await sandbox.answer({ multipath: trouble });
    const run = await sandbox.event("20.multipathd", "monitor");
    expectRun(run, 1, ["multipath -ll mpa"]);
    assert.match(run.output, /mpa/);
  }
});

scenarioTest("20.multipathd monitor fails if multipath hangs", async () => {
  await using sandbox = await Sandbox.open({
    options: ["CTDB_MONITOR_MPDEVICES=mpa"],
    answers: {
      sleep: "exit 0",
      multipath: 'while [ ! -e "$CASE/monitored" ]; do PATH=$REAL_PATH sleep 0.1; done',
    },
  });
  const script = await sandbox.enable("20.multipathd");
  await sandbox.write(
    "monitor",
    `"${script}" monitor\nstatus=$?\n: >"$CASE/monitored"\nexit $status`,
  );
  const run = await sandbox.run("sh", `${sandbox.directory}/monitor`);
  expectRun(run, 1);
  assert.match(run.output, /hangs/);
});

scenarioTest("20.multipathd without devices does nothing", async () => {
  await using sandbox = await Sandbox.open();
  expectRun(await sandbox.event("20.multipathd", "monitor"), 0, []);
});

const target = '#!/bin/sh\necho "target ${0##*/}" >>"$CASE/calls"\n';

async function openIscsi(
  answers: Record<string, string> = {},
  changes: Scenario = {},
): Promise<Sandbox> {
  const sandbox = await Sandbox.open({
    options: ['CTDB_START_ISCSI_SCRIPTS="$CTDB_BASE/iscsi"'],
    etc: { "iscsi/10.0.0.9.sh": target, "iscsi/10.0.0.8.sh": target },
    after: "iptables -S INPUT",
    answers,
    ...changes,
  });
  return sandbox;
}

scenarioTest("70.iscsi ipreallocated serves the targets of hosted addresses only", async () => {
  await using sandbox = await openIscsi();
  const run = await sandbox.event("70.iscsi", "ipreallocated");
  expectRun(run, 0, [
    "iptables -I INPUT -p tcp --dport 3260 -j DROP",
    "killall -9 tgtd",
    "tgtd",
    "target 10.0.0.9.sh",
    "iptables -D INPUT -p tcp --dport 3260 -j DROP",
  ]);
  assert.doesNotMatch(run.after, /3260/);
});

const twoFamilies = `case "$*" in pnn) echo 0 ;;
  "-X ip") printf '|Public IP|Node|\\n|fd00::9|0|\\n|10.0.0.7|0|\\n|10.0.0.6|0|\\n' ;; esac`;

scenarioTest("70.iscsi blocks the families in use", async () => {
  await using sandbox = await openIscsi({ ctdb: twoFamilies });
  const run = await sandbox.event("70.iscsi", "ipreallocated");
  const blocks = acts(run).filter((call) => call.includes("-I INPUT"));
  assert.deepEqual(blocks.map((call) => call.split(" ")[0]), ["iptables", "ip6tables"]);
});

nftTest("70.iscsi without iptables blocks the families in use by nft", async () => {
  const answers = { ctdb: twoFamilies, tgtd: 'nft list ruleset >"$CASE/rules"' };
  await using sandbox = await openIscsi(answers, { ...noIptables, after: "nft list ruleset" });
  const run = await sandbox.event("70.iscsi", "ipreallocated");
  assert.deepEqual([run.status, run.after], [0, ""]);
  const rules = await sandbox.read("rules");
  assert.equal(rules.match(/tcp dport 3260 drop/g)?.length, 2, rules);
  assert.match(rules, /table ip6 ctdb_iscsi/);
});

scenarioTest("70.iscsi monitor and shutdown", async () => {
  await using sandbox = await openIscsi();
  expectRun(await sandbox.event("70.iscsi", "monitor"), 0, ["ctdb checktcpport 3260"]);
  expectRun(await sandbox.event("70.iscsi", "shutdown"), 0, ["killall -9 tgtd"]);
  await sandbox.answer({ ctdb: portFree });
  expectRun(await sandbox.event("70.iscsi", "monitor"), 1);
});
