import assert from "node:assert/strict";
import { expectRun } from "./support/expect.ts";
import { Sandbox } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";
import { network, publicAddresses } from "./support/stand-ins.ts";

// The functions file, as scripts of others use it: events.md part D.

/** Assert what shell with the functions prints. */
async function says(sandbox: Sandbox, shell: string, output: string, status = 0): Promise<void> {
  const run = await sandbox.functions(shell);
  expectRun(run, status);
  assert.equal(run.output, output);
}

scenarioTest("functions: refuse to work without CTDB_BASE", async () => {
  await using sandbox = await Sandbox.open();
  const path = `${sandbox.directory}/etc/functions`;
  const run = await sandbox.run("env", "-u", "CTDB_BASE", "sh", "-c", `. ${path}; echo reached`);
  assert.equal(run.status, 1);
  assert.doesNotMatch(run.output, /reached/);
});

scenarioTest("functions: every script finds its configuration directory by itself", async () => {
  await using sandbox = await Sandbox.open();
  const scripts = new URL("../../events.d/scripts/", import.meta.url);
  for (const { name } of Deno.readDirSync(scripts)) {
    const link = `${sandbox.directory}/etc/events/legacy/${name}`;
    await Deno.symlink(new URL(name, scripts).pathname, link);
    const run = await sandbox.run("env", "-u", "CTDB_BASE", link, "nosuchevent");
    assert.equal(run.status, 0, `${name}: ${run.output}`);
  }
});

scenarioTest("functions: places and their defaults", async () => {
  await using sandbox = await Sandbox.open();
  const unset = "CTDB CTDB_HELPER_BINDIR CTDB_SCRIPT_VARDIR CTDB_SYS_ETCDIR";
  const show = ". $CTDB_BASE/functions; echo $CTDB_VARDIR $CTDB_SCRIPT_VARDIR $CTDB_SYS_ETCDIR";
  const run = (mode: string) => sandbox.run("sh", "-c", `unset ${unset}; ${mode} ${show}`);
  assert.equal((await run("")).output, "/var/lib/ctdb /var/lib/ctdb/scripts /etc\n");
  assert.equal(
    (await run("export CTDB_TEST_MODE=1;")).output,
    "CASE/etc/var CASE/etc/var/scripts /etc\n",
  );
  await says(
    sandbox,
    "echo $script_name; env | grep ^CTDB_BASE=",
    "99.test.script\nCTDB_BASE=CASE/etc\n",
  );
});

scenarioTest("functions: rc.local and rc.local.d, if executable", async () => {
  await using sandbox = await Sandbox.open({
    etc: {
      "rc.local": "echo never",
      "rc.local.d/a.sh": "echo a of $script_name",
      "rc.local.d/b": "echo never",
    },
  });
  await says(sandbox, "", "a of 99.test.script\n");
});

scenarioTest("functions: options of the site, then of the script", async () => {
  await using sandbox = await Sandbox.open({
    options: ["A=site", "B=site"],
    etc: { "events/legacy/99.test.options": "B=own\n", "events/legacy/07.x.options": "B=seven\n" },
  });
  await says(sandbox, "load_script_options; echo $A $B", "site own\n");
  await says(sandbox, 'load_script_options any 07.x; echo "$A $B"', "site seven\n");
  assert.equal((await sandbox.functions("load_script_options one")).status, 1);
});

scenarioTest("functions: system configuration, the first that exists", async () => {
  await using sandbox = await Sandbox.open();
  await sandbox.write("sys-etc/default/nfs", "A=default\n");
  await says(sandbox, "load_system_config none nfs; echo $A", "default\n");
  await sandbox.write("sys-etc/sysconfig/nfs", "A=sysconfig\n");
  await says(sandbox, "load_system_config none nfs; echo $A", "sysconfig\n");
  await says(sandbox, "load_system_config none; echo $A", "\n");
});

scenarioTest("functions: die", async () => {
  await using sandbox = await Sandbox.open();
  await says(sandbox, "die gone; echo reached", "gone\n", 1);
  await says(sandbox, "die gone 7", "gone\n", 7);
});

scenarioTest("functions: the log, wherever it is", async () => {
  await using sandbox = await Sandbox.open();
  const file = await sandbox.functions("script_log tag some words; echo piped | script_log tag");
  assert.equal(file.log, "some words\npiped\n");
  assert.equal(file.output, "");
  await says(sandbox, "CTDB_LOGGING=file:; script_log tag words 2>&1", "words\n");
  const syslog = await sandbox.functions("CTDB_LOGGING=syslog; script_log tag words; :");
  expectRun(syslog, 0, ["logger -t ctdbd: tag -- words"]);
  const fallback = "CTDB_LOGGING=; CTDB_DEFAULT_LOG_FILE=$CASE/default; script_log tag words";
  await sandbox.functions(fallback);
  assert.equal(await sandbox.read("default"), "words\n");
});

scenarioTest("functions: background jobs log, and nobody waits for them", async () => {
  await using sandbox = await Sandbox.open();
  const run = await sandbox.functions(`
slow() { while [ ! -e "$CASE/go" ]; do sleep 1; done; echo "late $1"; }
background_with_logging slow word
echo "status $?"
: >"$CASE/go"`);
  assert.equal(run.output, "status 0\n");
  assert.equal(run.log, "late word\n");
});

for (
  const [release, style] of [
    ["ID=debian", "debian"],
    ["ID=ubuntu\nID_LIKE=debian", "debian"],
    ["ID=fedora", "redhat"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', "redhat"],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', "suse"],
    ["ID=sles", "suse"],
    ["ID=strange", "strange"],
  ]
) {
  scenarioTest(`functions: init style of ${release?.replace("\n", ", ")}`, async () => {
    await using sandbox = await Sandbox.open({ env: { CTDB_INIT_STYLE: "" } });
    await sandbox.write("sys-etc/os-release", `${release}\n`);
    const show = "detect_init_style; echo $CTDB_PLATFORM_STYLE $CTDB_INIT_STYLE";
    await says(sandbox, show, `${style} ${style}\n`);
  });
}

scenarioTest(
  "functions: a platform that is set stays, by either name, also in the options",
  async () => {
    const show =
      "load_script_options; detect_init_style; echo $CTDB_PLATFORM_STYLE $CTDB_INIT_STYLE";
    for (const name of ["CTDB_PLATFORM_STYLE", "CTDB_INIT_STYLE"]) {
      await using sandbox = await Sandbox.open({ env: { CTDB_INIT_STYLE: "", [name]: "redhat" } });
      await says(sandbox, show, "redhat redhat\n");
      await using options = await Sandbox.open({
        env: { CTDB_INIT_STYLE: "" },
        options: [`${name}=suse`],
      });
      await options.write("sys-etc/os-release", "ID=debian\n");
      await says(options, show, "suse suse\n");
    }
  },
);

scenarioTest("functions: a platform that nothing names is unknown, and said to be", async () => {
  await using sandbox = await Sandbox.open({ env: { CTDB_INIT_STYLE: "" } });
  const run = await sandbox.functions("echo $CTDB_PLATFORM_STYLE");
  assert.deepEqual(run.output.trim().split("\n").sort(), ["WARNING: unknown platform", "unknown"]);
});

scenarioTest("functions: services", async () => {
  await using sandbox = await Sandbox.open();
  const run = await sandbox.functions(`
service "" start
service foo start
nice_service bar stop
service_name=baz
service_start
service_stop
service_reconfigure`);
  expectRun(run, 0, [
    "service foo start",
    "service bar stop",
    "service baz start",
    "service baz stop",
  ]);
  assert.equal((await sandbox.functions("assert_service_name; echo reached")).status, 1);
});

scenarioTest("functions: reconfiguration is noted, done, and forgotten", async () => {
  await using sandbox = await Sandbox.open();
  await says(
    sandbox,
    `
service_name=foo
ctdb_setup_state_dir service foo
service_reconfigure() { echo reconfigured; }
ctdb_service_needs_reconfigure || echo no
ctdb_service_set_reconfigure
ctdb_service_needs_reconfigure && echo yes
ctdb_counter_incr
ctdb_service_reconfigure
ctdb_service_needs_reconfigure || echo no
ctdb_counter_get
ctdb_service_set_reconfigure
ctdb_service_unset_reconfigure
ctdb_service_needs_reconfigure || echo no`,
    'no\nyes\nReconfiguring service "foo"...\nreconfigured\nno\n0\nno\n',
  );
});

scenarioTest("functions: counters", async () => {
  await using sandbox = await Sandbox.open();
  await says(
    sandbox,
    `
ctdb_setup_state_dir service foo
echo "$script_state_dir"
ctdb_counter_get
ctdb_counter_exists || echo none
ctdb_counter_incr
ctdb_counter_incr
ctdb_counter_get
ctdb_counter_incr other
ctdb_counter_get other
ctdb_counter_init
ctdb_counter_exists && ctdb_counter_get
cd "$script_state_dir" && echo *`,
    "CASE/var/scripts/service/foo\n0\nnone\n2\n1\n0\nfailcount other.failcount\n",
  );
});

const WARN = (count: number, threshold: number | string) =>
  `WARNING: some/thing odd: fail count ${count} >= threshold ${threshold}\n`;
const FAIL = (count: number, threshold: number) =>
  `ERROR: some/thing odd: fail count ${count} >= threshold ${threshold}\n`;
const invalid = "WARNING: some/thing odd: ignored invalid warning threshold: x\n";

for (
  const [thresholds, interval, printed] of [
    // Without a failure threshold: one warning in each interval, with the output.
    ["", "", [`${WARN(1, 1)}details\n`, "", ""]],
    ["2", "", ["", `${WARN(2, 2)}details\n`, "", ""]],
    ["2", "none", ["", `${WARN(2, 2)}details\n`, WARN(3, 2), WARN(4, 2)]],
    ["1", "0", [`${WARN(1, 1)}details\n`, `${WARN(2, 1)}details\n`]],
    ["1", "rubbish", [`${WARN(1, 1)}details\n`, ""]],
    // With one: every time, and the output where a threshold is reached.
    ["1:3", "", [`${WARN(1, 1)}details\n`, WARN(2, 1), `${FAIL(3, 3)}details\n`, FAIL(4, 3)]],
    [":2", "", ["", `${FAIL(2, 2)}details\n`, FAIL(3, 2)]],
    ["x:2", "", [invalid, `${invalid}${FAIL(2, 2)}details\n`]],
  ] as const
) {
  scenarioTest(`functions: failures against "${thresholds}", interval "${interval}"`, async () => {
    await using sandbox = await Sandbox.open();
    const set = interval === "" ? "" : `failcount_set_warning_interval ${interval}`;
    for (const output of printed) {
      const run = await sandbox.functions(`
ctdb_setup_state_dir service foo
${set}
failcount_incr "some/thing odd" "${thresholds}" details
echo reached`);
      const failed = output.includes("ERROR");
      assert.equal(run.status, failed ? 1 : 0);
      assert.equal(run.output, failed ? output : `${output}reached\n`);
    }
    const reset = 'ctdb_setup_state_dir service foo; failcount_reset "some/thing odd"';
    await says(sandbox, reset, "NOTICE: some/thing odd: no longer failing\n");
    await says(
      sandbox,
      `${reset}; cd "$script_state_dir"; echo *`,
      "some_SLASH_thing_odd.failcount\n",
    );
  });
}

scenarioTest("functions: the next warning comes when the interval has passed", async () => {
  await using sandbox = await Sandbox.open();
  const fail = "ctdb_setup_state_dir service foo; failcount_incr thing 1 details";
  assert.match((await sandbox.functions(fail)).output, /^WARNING/);
  await says(sandbox, fail, "");
  const old = 'touch -d "61 minutes ago" "$script_state_dir/thing.last-warning"';
  await sandbox.functions(`ctdb_setup_state_dir service foo; ${old}`);
  await says(sandbox, fail, "WARNING: thing: fail count 3 >= threshold 1\ndetails\n");
});

scenarioTest("functions: facts about the node are asked for once", async () => {
  await using sandbox = await Sandbox.open();
  const shell = "ctdb_get_pnn; ctdb_get_ip_address; ctdb_get_db_options; echo $CTDB_DBDIR_STATE";
  const output = "0\n192.168.1.1\nCASE/db/state\n";
  const first = await sandbox.functions(shell);
  assert.equal(first.output, output);
  assert.equal(first.calls.length, 5);
  const second = await sandbox.functions(shell);
  assert.equal(second.output, output);
  assert.deepEqual(second.calls, []);
});

scenarioTest("functions: an answer that failed is asked for again", async () => {
  await using sandbox = await Sandbox.open({ answers: { ctdb: "exit 1" } });
  await says(sandbox, "ctdb_get_pnn || echo failed", "failed\n");
  await sandbox.answer({ ctdb: "echo 3" });
  await says(sandbox, "ctdb_get_pnn", "3\n");
});

scenarioTest("functions: the list of hosted addresses", async () => {
  await using sandbox = await Sandbox.open();
  const list = "cat $CTDB_MY_PUBLIC_IPS_CACHE";
  const update = "update_my_public_ip_addresses";
  await says(
    sandbox,
    `${update} takeip 10.0.0.1; ${update} takeip 10.0.0.11; ${list}`,
    "10.0.0.1\n10.0.0.11\n",
  );
  await says(sandbox, `${update} takeip 10.0.0.1; ${list}`, "10.0.0.11\n10.0.0.1\n");
  await says(sandbox, `${update} releaseip 10.0.0.1; ${list}`, "10.0.0.11\n");
  await says(sandbox, `${update} ipreallocated; ${list}`, "10.0.0.9\n");
  await sandbox.answer({ ctdb: "exit 1" });
  await says(sandbox, `${update} ipreallocated || ${list}`, "10.0.0.9\n");
});

scenarioTest("functions: directories", async () => {
  await using sandbox = await Sandbox.open();
  const probe = (paths: string) => `printf '${paths}' | ctdb_check_directories_probe; echo $?`;
  await says(sandbox, probe("/tmp\\n/home/%%U\\n"), "0\n");
  await says(sandbox, probe("/tmp\\n/etc/hostname\\n"), "1\n");
  await says(sandbox, "echo /tmp | ctdb_check_directories && echo fine", "fine\n");
  const missing = await sandbox.functions("ctdb_check_directories <<E\n/no such\nE\necho reached");
  assert.equal(missing.status, 1);
  assert.match(missing.output, /^ERROR: .*\/no such\n$/);
});

scenarioTest("functions: ports and sockets, against real ones", async () => {
  await using sandbox = await Sandbox.open();
  const script = `. "$CTDB_BASE/functions"; ctdb_check_unix_socket "$CASE/sock"`;
  await sandbox.write(
    "listen.py",
    `import socket, subprocess, sys
if sys.argv[1] == "listen":
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("${sandbox.directory}/sock")
    listener.listen()
sys.exit(subprocess.call(["sh", "-c", '${script}']))`,
  );
  for (const [listen, status] of [["no", 1], ["listen", 0]] as const) {
    const run = await sandbox.run("python3", `${sandbox.directory}/listen.py`, listen);
    assert.equal(run.status, status);
  }

  for (const [answers, status] of [["98", 0], ["0", 1], ["5", 5]] as const) {
    await sandbox.answer({ ctdb: `exit ${answers}` });
    await says(sandbox, "ctdb_check_tcp_ports 445 139 >/dev/null; echo $?", `${status}\n`);
  }
});

const bonds: Readonly<Record<string, readonly [text: string, usable: boolean]>> = {
  "active backup": [
    "Bonding Mode: fault-tolerance (active-backup)\nCurrently Active Slave: eth0\nMII Status: up\n" +
    "Slave Interface: eth0\nMII Status: up\n",
    true,
  ],
  "no active slave": [
    "Bonding Mode: fault-tolerance (active-backup)\nCurrently Active Slave: None\nMII Status: up\n",
    false,
  ],
  "bond down": ["Bonding Mode: load balancing\nMII Status: down\nSlave\nMII Status: up\n", false],
  "802.3ad": [
    "Bonding Mode: IEEE 802.3ad Dynamic\nMII Status: up\nA\nMII Status: down\nB\nMII Status: up\n",
    true,
  ],
  "802.3ad without links": [
    "Bonding Mode: IEEE 802.3ad Dynamic\nMII Status: up\nA\nMII Status: down\nB\nMII Status: down\n",
    false,
  ],
};

for (const [name, [text, usable]] of Object.entries(bonds)) {
  scenarioTest(`functions: a bond, ${name}`, async () => {
    await using sandbox = await Sandbox.open();
    await sandbox.write("bond", text);
    const run = await sandbox.functions('interface_monitor_bond bond0 "$CASE/bond"');
    assert.equal(run.status, usable ? 0 : 1);
    assert.equal(run.output.startsWith("ERROR"), !usable);
  });
}

scenarioTest("functions: public addresses in a file that an old sysconfig file names", async () => {
  await using sandbox = await Sandbox.open();
  const old =
    'mkdir -p "$CTDB_SYS_ETCDIR/default"; echo 192.0.2.1/32 lo >"$CTDB_BASE/elsewhere"; ' +
    'echo "CTDB_PUBLIC_ADDRESSES=\\"$CTDB_BASE/elsewhere\\" # of this site" ' +
    '>"$CTDB_SYS_ETCDIR/default/ctdb"; ';
  const ask = "have_public_addresses && public_addresses_file";
  await says(sandbox, `${old}${ask}`, "192.0.2.1 32 lo\n");
  const own = 'echo 192.0.2.2/32 lo >"$CTDB_BASE/public_addresses"; ';
  await says(sandbox, `${own}${ask}`, "192.0.2.2 32 lo\n");
});

scenarioTest("functions: interfaces", async () => {
  await using sandbox = await Sandbox.open({
    setup: `${network} ip link add link e0 name e0.7 type vlan id 7 2>/dev/null`,
    etc: { public_addresses: `${publicAddresses}# 10.0.0.3/24 e9\n\n[fd00::1]/64 e3\n` },
  });
  await says(sandbox, "get_public_ifaces; echo $public_ifaces", "e0 e1 e3\n");
  await says(sandbox, "have_public_addresses && echo yes", "yes\n");
  await says(
    sandbox,
    "ip_maskbits_iface 10.0.0.9; ip_maskbits_iface 10.0.0.7; echo none",
    "24 e0\nnone\n",
  );
  await says(sandbox, "interface_get_real e0; interface_get_real gone", "e0p\ngone\n");
  await says(sandbox, "interface_monitor lo && echo usable", "usable\n");
  await says(
    sandbox,
    "drop_ip 10.0.0.8/24 >/dev/null; ip_maskbits_iface 10.0.0.8; echo gone",
    "gone\n",
  );
  await says(sandbox, "set_proc_maybe sys/nosuch 1; get_proc sys/net/ipv4/ip_forward", "0\n");
});

scenarioTest("functions: connections, of IPv4, of dual-stack sockets and of IPv6", async () => {
  await using sandbox = await Sandbox.open();
  await sandbox.answer({
    ss: `echo heading
echo "0 0 10.0.0.9:22 10.0.0.50:1"
echo "0 0 [::ffff:10.0.0.9]:445 [::ffff:10.0.0.50]:2"
echo "0 0 [fd00::9]:445 [fd00::50]:3"`,
  });
  const run = await sandbox.functions("get_tcp_connections_for_ip 10.0.0.9 fd00::9");
  assert.deepEqual(run.calls, ["ss -tn state established src [10.0.0.9] or src [fd00::9]"]);
  assert.equal(
    run.output,
    "10.0.0.9:22 10.0.0.50:1\n10.0.0.9:445 10.0.0.50:2\n[fd00::9]:445 [fd00::50]:3\n",
  );
  await says(sandbox, "get_tcp_connections_for_ip; echo $?", "0\n");
});
