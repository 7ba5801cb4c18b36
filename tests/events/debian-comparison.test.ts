import assert from "node:assert/strict";
import { acts } from "./support/expect.ts";
import { type Origin, type Run, Sandbox, type Scenario } from "./support/sandbox.ts";
import { banned, down, type Flags, nodestatus, stopped } from "./support/node-table.ts";
import { comparisonTest } from "./support/scenario-test.ts";
import { network, publicAddresses } from "./support/stand-ins.ts";

// Our scripts and those of Debian's package (4.17) under the same stand-ins, where events.md says
// that the versions behave alike: same exit status, same acts, same state of the network.

const kernelState = `
ip -o -4 addr show; ip -o -6 addr show scope global; ip route show; ip rule show; iptables -S; iptables -t nat -S
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/arp_announce \\
	/proc/sys/net/ipv4/conf/all/arp_ignore`;

const members = "192.168.1.1\n192.168.1.2\n";
const everything: Scenario = {
  setup: `${network} ip addr add 192.168.1.1/24 dev e1
    mount --bind "$CASE/sys-etc/iproute2" /etc/iproute2`,
  after: kernelState,
  etc: {
    public_addresses: publicAddresses,
    "static-routes": "e0 172.20.0.0/16 10.0.0.1\n",
    natgw_nodes: members,
    lvs_nodes: members,
    policy_routing: "10.0.0.9 10.0.0.0/24\n10.0.0.9 0.0.0.0/0 10.0.0.1\n",
    "iscsi/10.0.0.9.sh": '#!/bin/sh\necho "target ${0##*/}" >>"$CASE/calls"\n',
  },
  options: [
    'CTDB_NATGW_NODES="$CTDB_BASE/natgw_nodes"',
    "CTDB_NATGW_PUBLIC_IP=10.0.0.100/24",
    "CTDB_NATGW_PUBLIC_IFACE=e0",
    "CTDB_NATGW_PRIVATE_NETWORK=192.168.1.0/24",
    "CTDB_NATGW_DEFAULT_GATEWAY=10.0.0.254",
    'CTDB_NATGW_STATIC_ROUTES="172.16.0.0/16 172.17.0.0/16@10.0.0.253"',
    'CTDB_LVS_NODES="$CTDB_BASE/lvs_nodes"',
    "CTDB_LVS_PUBLIC_IP=10.0.0.200",
    "CTDB_LVS_PUBLIC_IFACE=e0",
    'CTDB_PER_IP_ROUTING_CONF="$CTDB_BASE/policy_routing"',
    "CTDB_PER_IP_ROUTING_RULE_PREF=100",
    "CTDB_PER_IP_ROUTING_TABLE_ID_LOW=1000",
    "CTDB_PER_IP_ROUTING_TABLE_ID_HIGH=1100",
    "CTDB_MONITOR_MPDEVICES=mpa",
    "CTDB_CLAMD_SOCKET=/run/clamd.sock",
    'CTDB_START_ISCSI_SCRIPTS="$CTDB_BASE/iscsi"',
    "CTDB_MONITOR_FILESYSTEM_USAGE=/:101",
    "CTDB_MONITOR_MEMORY_USAGE=101",
    "CTDB_SAMBA_CHECK_PORTS=445",
  ],
  answers: {
    testparm: `case "$*" in *-v*) printf '[global]\\n[data]\\n\\tpath = /tmp\\n' ;; esac`,
  },
};

/** Events that every script is run at; a script handles some and must ignore the rest. */
const events = [
  "init",
  "setup",
  "startup",
  "startrecovery",
  "recovered",
  "takeip e0 10.0.0.7 24",
  "releaseip e0 10.0.0.9 24",
  "updateip e0 e1 10.0.0.9 24",
  "ipreallocated",
  "monitor",
  "shutdown",
];

/** Where 4.24, which ours follow, differs from 4.17 or a defect is not copied. */
const differs: Readonly<Record<string, readonly string[]>> = {
  "00.ctdb": ["init", "startup"], // the databases are those of 95.database now
  "10.interface": ["init"], // no arp_filter any more
  "31.clamd": ["shutdown"], // a malformed command
  "48.netbios": ["monitor"], // looks, since 4.24
  "60.nfs": ["monitor"], // tickles have moved to 10.interface
};

const scripts = [
  "00.ctdb",
  "01.reclock",
  "05.system",
  "06.nfs",
  "10.interface",
  "11.natgw",
  "11.routing",
  "13.per_ip_routing",
  "20.multipathd",
  "31.clamd",
  "40.vsftpd",
  "41.httpd",
  "48.netbios",
  "49.winbind",
  "50.samba",
  "60.nfs",
  "70.iscsi",
  "91.lvs",
];

/** Acts without differences of writing that mean the same. */
function essence(run: Run): string[] {
  return acts(run)
    .map((call) => call.replace("-0 -q", "-q -0").replace("INPUT 1", "INPUT"))
    .map((call) => call.replace(/ scope global$/, ""))
    // Removing a rule that is not there: how often is nobody's business, the state is compared.
    .filter((call) => !/^ip6?tables -D/.test(call))
    // A block where nobody is connected, so that there is nobody to keep out.
    .filter((call) => !/^ip6?tables -I INPUT -i \S+ -d \S+ -j DROP/.test(call))
    // A tickle for no connection.
    .filter((call) => !/^ctdb tickle$|^ctdb < *$/.test(call))
    // Off the interface that it will be on, where it is not: 4.25 does not try.
    .filter((call) => call !== "ip addr del 10.0.0.9/24 dev e1")
    // New since 4.24.
    .filter((call) => !/^statd_callout_helper/.test(call))
    // Questions, asked in different ways.
    .filter((call) => !/^(testparm|tdbtool)\b/.test(call));
}

async function open(origin: Origin, scenario: Scenario): Promise<Sandbox> {
  const sandbox = await Sandbox.open({ ...scenario, origin });
  const labels = "255\tlocal\n254\tmain\n253\tdefault\n1000\tctdb.10.0.0.9\n";
  await sandbox.write("sys-etc/iproute2/rt_tables", labels);
  return sandbox;
}

/** Run the same events with both sets of scripts and assert that they did the same. */
async function compare(script: string, runs: readonly string[], changes: Scenario = {}) {
  const scenario = {
    ...everything,
    ...changes,
    options: [...everything.options ?? [], ...changes.options ?? []],
    answers: { ...everything.answers, ...changes.answers },
  };
  await using ours = await open("ours", scenario);
  await using debians = await open("debian", scenario);
  for (const event of runs) {
    const words = event.split(" ");
    const [mine, theirs] = await Promise.all([
      ours.event(script, ...words),
      debians.event(script, ...words),
    ]);
    const context = `${script} ${event}\nours: ${mine.output}\nDebian's: ${theirs.output}`;
    assert.equal(mine.status, theirs.status, `status of ${context}`);
    assert.deepEqual(essence(mine), essence(theirs), `acts of ${context}`);
    assert.equal(mine.after, theirs.after, `network after ${context}`);
  }
}

for (const script of scripts) {
  comparisonTest(`${script} does what Debian's does`, async () => {
    const same = events.filter((event) => !differs[script]?.includes(event));
    await compare(script, same);
  });
}

const noLink = { ethtool: 'echo "Link detected: no"' };
const portFree = { ctdb: 'case "$1" in checktcpport) exit 0 ;; pnn) echo 0 ;; esac' };

const troubles: readonly (readonly [script: string, runs: string[], what: string, Scenario])[] = [
  ["10.interface", ["monitor", "startup"], "no link", { answers: noLink }],
  ["10.interface", ["monitor"], "one link", {
    answers: { ethtool: '[ "$1" != e1 ] || echo "Link detected: yes"' },
    options: ["CTDB_PARTIALLY_ONLINE_INTERFACES=yes"],
  }],
  ["10.interface", ["takeip nosuch 10.0.0.7 24", "takeip e0 10.0.0.7"], "bad arguments", {}],
  ["10.interface", ["releaseip __none__ 10.0.0.9 24"], "no interface given", {}],
  ["10.interface", ["updateip e0 e0 10.0.0.9 24"], "nothing to move", {}],
  ["11.natgw", ["monitor"], "no link", { answers: noLink }],
  ["11.natgw", ["ipreallocated"], "no leader", { answers: { ctdb_natgw: "exit 2" } }],
  ["11.natgw", ["ipreallocated", "ipreallocated", "shutdown"], "a follower", {
    answers: { ctdb_natgw: 'echo "1 192.168.1.2"' },
  }],
  ["11.natgw", ["setup", "ipreallocated", "shutdown"], "no nodes file", {
    options: ["CTDB_NATGW_NODES=/no/such"],
  }],
  ["11.natgw", ["startup"], "its address is public too", {
    options: ["CTDB_NATGW_PUBLIC_IP=10.0.0.9/24"],
  }],
  ["13.per_ip_routing", ["startup", "takeip e0 10.0.0.9 24", "ipreallocated"], "no range", {
    options: ["CTDB_PER_IP_ROUTING_TABLE_ID_HIGH=1000"],
  }],
  ["13.per_ip_routing", ["takeip e0 10.0.0.9 24", "shutdown"], "routes", {}],
  ["13.per_ip_routing", ["takeip e0 fd00::1 64", "updateip e0 e1 fd00::1 64"], "IPv6", {}],
  ["13.per_ip_routing", ["takeip e0 10.0.0.9 24"], "automatic routes", {
    options: ["CTDB_PER_IP_ROUTING_CONF=__auto_link_local__"],
  }],
  ["20.multipathd", ["monitor"], "unknown device", { answers: { multipath: "" } }],
  ["20.multipathd", ["monitor"], "failed path", {
    answers: { multipath: `echo "policy='service-time 0' prio=0 status=enabled"` },
  }],
  ["40.vsftpd", ["startup", "monitor", "monitor", "monitor"], "nothing listens", {
    answers: portFree,
  }],
  ["40.vsftpd", ["takeip e0 10.0.0.7 24", "ipreallocated", "ipreallocated"], "addresses move", {}],
  ["41.httpd", ["startup", ...Array(7).fill("monitor")], "nothing listens", { answers: portFree }],
  ["48.netbios", ["startup"], "no start", { answers: { service: '[ "$2" != start ]; exit $?' } }],
  ["49.winbind", ["startup"], "no start", { answers: { service: '[ "$2" != start ]; exit $?' } }],
  ["49.winbind", ["monitor"], "no answer", { answers: { wbinfo: "exit 1" } }],
  ["50.samba", ["startup"], "no start", { answers: { service: '[ "$2" != start ]; exit $?' } }],
  ["50.samba", ["monitor"], "nothing listens", { answers: portFree }],
  ["50.samba", ["monitor"], "no configuration", { answers: { testparm: "exit 1" } }],
  ["70.iscsi", ["monitor"], "nothing listens", { answers: portFree }],
  ["91.lvs", ["ipreallocated"], "elsewhere", { answers: { ctdb_lvs: "echo 1" } }],
  ["91.lvs", ["setup", "ipreallocated"], "no address", { options: ["CTDB_LVS_PUBLIC_IP="] }],
];

for (const [script, runs, what, scenario] of troubles) {
  comparisonTest(`${script} does what Debian's does: ${what}`, async () => {
    await compare(script, runs, scenario);
  });
}

const shared: readonly (readonly [what: string, shell: string])[] = [
  ["ports", "ctdb_check_tcp_ports 1 2 >/dev/null; echo $?"],
  ["directories", "printf '/tmp\\n/x%%y\\n' | ctdb_check_directories; echo $?"],
  ["no directory", "echo /no/such | ctdb_check_directories >/dev/null; echo reached $?"],
  ["counters", "ctdb_setup_state_dir a b; ctdb_counter_incr; ctdb_counter_incr; ctdb_counter_get"],
  ["private address", "ctdb_get_ip_address"],
  ["node number", "ctdb_get_pnn"],
  ["where an address is", "ip_maskbits_iface 10.0.0.9; ip_maskbits_iface 10.0.0.77; echo $?"],
  ["options", "load_script_options; echo $CTDB_LVS_PUBLIC_IP"],
  ["init style", "detect_init_style; echo $CTDB_INIT_STYLE"],
  ["a message at the end", "die gone 3"],
  ["the script's name", "echo $script_name"],
  ["a dropped address", "drop_ip 10.0.0.8/24 >/dev/null; ip -o addr show to 10.0.0.8; echo done"],
];

for (const [what, shell] of shared) {
  comparisonTest(`functions do what Debian's do: ${what}`, async () => {
    await using ours = await open("ours", everything);
    await using debians = await open("debian", everything);
    const mine = await ours.functions(shell);
    const theirs = await debians.functions(shell);
    assert.equal(mine.status, theirs.status);
    assert.equal(mine.output, theirs.output);
  });
}

const states: readonly Flags[] = [
  [],
  ["Unhealthy"],
  ["Disabled"],
  ["PartiallyOnline"],
  ["Unknown"],
  banned,
  down,
  stopped,
];

/** Every state of two nodes that can lead, beside one that can only follow. */
const tables = states.flatMap((first) => states.map((second) => [first, second, ["Unhealthy"]]));

for (const helper of ["ctdb_natgw", "ctdb_lvs"]) {
  comparisonTest(`${helper} says what Debian's says of every state of two nodes`, async () => {
    const ours = new URL(`../../events.d/helpers/${helper}`, import.meta.url).pathname;
    const groups = "192.168.1.2\n192.168.1.1\n192.168.1.3 follower-only\n";
    const answers: Record<string, string>[] = [];
    for (const program of [ours, `/usr/libexec/ctdb/${helper}`]) {
      await using sandbox = await Sandbox.open({
        etc: { natgw_nodes: groups, lvs_nodes: groups },
        answers: { ctdb: '. "$CASE/tables/$TABLE"' },
      });
      for (const [index, table] of tables.entries()) {
        await sandbox.write(`tables/${index}`, nodestatus(...table));
      }
      await sandbox.write(
        "ask",
        `TABLE=0; export TABLE
while [ "$TABLE" -lt ${tables.length} ]; do
	for operation in leader list; do
		said=$("${program}" $operation)
		status=$?
		echo "$TABLE $operation=$(printf '%s' "$said" | tr '\\n\\t' ';>') $status"
	done
	TABLE=$((TABLE + 1))
done`,
      );
      const run = await sandbox.run("sh", `${sandbox.directory}/ask`);
      answers.push(Object.fromEntries(
        run.output.trim().split("\n").map((line) => {
          const [question, answer] = line.split("=");
          return [question ?? "", answer ?? ""];
        }),
      ));
    }
    assert.equal(Object.keys(answers[0] ?? {}).length, 2 * tables.length);
    assert.deepEqual(answers[0], answers[1]);
  });
}
