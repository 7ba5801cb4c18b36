import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { Sandbox, type Scenario } from "./support/sandbox.ts";
import { nftTest, scenarioTest } from "./support/scenario-test.ts";
import { hide, network, noIptables, publicAddresses } from "./support/stand-ins.ts";

// 11.natgw and 91.lvs

const natgwOptions = [
  'CTDB_NATGW_NODES="$CTDB_BASE/natgw_nodes"',
  "CTDB_NATGW_PUBLIC_IP=10.0.0.100/24",
  "CTDB_NATGW_PUBLIC_IFACE=e0",
  "CTDB_NATGW_PRIVATE_NETWORK=192.168.1.0/24",
  "CTDB_NATGW_DEFAULT_GATEWAY=10.0.0.254",
  'CTDB_NATGW_STATIC_ROUTES="172.16.0.0/16 172.17.0.0/16@10.0.0.253"',
];

const members = "192.168.1.1\n192.168.1.2\n";
const privateNetwork = `${network} ip addr add 192.168.1.1/24 dev e1\n`;

function openNatgw(changes: Scenario = {}): Promise<Sandbox> {
  return Sandbox.open({
    setup: privateNetwork,
    options: natgwOptions,
    after: "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/arp_announce; ip route",
    ...changes,
    etc: { natgw_nodes: members, ...changes.etc },
  });
}

const masquerade = "POSTROUTING -t nat -s 192.168.1.0/24 ! -d 192.168.1.0/24 -j MASQUERADE";
const reject = "INPUT -p tcp --syn -d 10.0.0.100/32 -j REJECT";
const clear = [
  "ip addr del 10.0.0.100/24 dev e0",
  "ip route del 172.16.0.0/16 metric 10",
  "ip route del 172.17.0.0/16 metric 10",
  `iptables -D ${masquerade}`,
  `iptables -D ${reject}`,
];
const lead = [
  `iptables -A ${masquerade}`,
  `iptables -I ${reject}`,
  "ip addr add 10.0.0.100/24 dev e0",
  "ip route add 172.16.0.0/16 metric 10 via 10.0.0.254",
  "ip route add 172.17.0.0/16 metric 10 via 10.0.0.253",
];

scenarioTest("11.natgw without a group does nothing", async () => {
  await using sandbox = await Sandbox.open({ setup: network });
  for (const event of ["setup", "startup", "ipreallocated", "monitor", "shutdown"]) {
    assert.deepEqual((await sandbox.event("11.natgw", event)).calls, []);
  }
});

for (const event of ["ipreallocated", "updatenatgw"]) {
  scenarioTest(`11.natgw ${event} on the leader sets the gateway up, once`, async () => {
    await using sandbox = await openNatgw();
    const run = await sandbox.event("11.natgw", event);
    expectRun(run, 0, ["ctdb_natgw leader", ...clear, ...lead]);
    assert.match(run.after, /^1\n/);
    assert.match(run.after, /172\.17\.0\.0\/16 via 10\.0\.0\.253 dev e0 metric 10/);
    expectRun(await sandbox.event("11.natgw", event), 0, ["ctdb_natgw leader"]);
  });
}

scenarioTest("11.natgw takes the old setup down when the configuration changes", async () => {
  await using sandbox = await openNatgw();
  await sandbox.event("11.natgw", "ipreallocated");
  const changed = [...natgwOptions, "CTDB_NATGW_PUBLIC_IP=10.0.0.101/24"].join("\n");
  await sandbox.etc("script.options", `${changed}\n`);
  const run = await sandbox.event("11.natgw", "ipreallocated");
  expectRun(run, 0);
  assert.deepEqual(acts(run).slice(1, 1 + clear.length), clear);
  assert.ok(acts(run).includes("ip addr add 10.0.0.101/24 dev e0"));
});

scenarioTest("11.natgw on a follower routes by the leader", async () => {
  await using sandbox = await openNatgw({ answers: { ctdb_natgw: 'echo "1 192.168.1.2"' } });
  const run = await sandbox.event("11.natgw", "ipreallocated");
  expectRun(run, 0, [
    "ctdb_natgw leader",
    ...clear,
    "ip route add 172.16.0.0/16 via 192.168.1.2 metric 10",
    "ip route add 172.17.0.0/16 via 192.168.1.2 metric 10",
  ]);
  assert.match(run.after, /^0\n/);
});

scenarioTest("11.natgw without a router has no default route, only its own", async () => {
  await using sandbox = await openNatgw({
    options: natgwOptions.filter((option) => !/GATEWAY|ROUTES/.test(option)),
  });
  const run = await sandbox.event("11.natgw", "ipreallocated");
  expectRun(run, 0);
  assert.ok(acts(run).includes("ip route del 0.0.0.0/0 metric 10"));
  assert.ok(!acts(run).some((call) => call.startsWith("ip route add")));
});

scenarioTest("11.natgw ipreallocated fails if there is no leader", async () => {
  await using sandbox = await openNatgw({ answers: { ctdb_natgw: "exit 2" } });
  expectRun(await sandbox.event("11.natgw", "ipreallocated"), 1, ["ctdb_natgw leader"]);
});

nftTest("11.natgw without iptables masquerades by nft, and clears", async () => {
  await using sandbox = await openNatgw({
    ...noIptables,
    setup: `${noIptables.setup} ip addr add 192.168.1.1/24 dev e1\n`,
    after: "nft list ruleset",
  });
  const lone = await sandbox.event("11.natgw", "shutdown");
  assert.deepEqual([lone.status, lone.output, lone.after], [0, "", ""]);
  const run = await sandbox.event("11.natgw", "ipreallocated");
  assert.deepEqual([run.status, run.output], [0, ""]);
  assert.match(run.after, /ip saddr 192\.168\.1\.0\/24 ip daddr != 192\.168\.1\.0\/24 masquerade/);
  assert.match(run.after, /ip daddr 10\.0\.0\.100 tcp flags syn \/ fin,syn,rst,ack reject/);
  // Each run has a network of its own: set up and cleared in one.
  await sandbox.enable("11.natgw");
  const both = await sandbox.functions(
    'for e in ipreallocated removenatgw; do "$CTDB_BASE/events/legacy/11.natgw.script" "$e"; done',
  );
  assert.deepEqual([both.status, both.output, both.after], [0, "", ""]);
});

scenarioTest("11.natgw without any firewall says so once", async () => {
  await using sandbox = await openNatgw({
    ...noIptables,
    setup: `${noIptables.setup} ${hide("nft")} ip addr add 192.168.1.1/24 dev e1\n`,
  });
  const warning = /^WARNING: neither iptables nor nft .*: the NAT gateway forwards nothing$/m;
  const run = await sandbox.event("11.natgw", "ipreallocated");
  assert.match(run.output, warning);
  assert.equal(run.status, 0);
  await sandbox.event("11.natgw", "shutdown");
  assert.doesNotMatch((await sandbox.event("11.natgw", "ipreallocated")).output, warning);
});

for (const event of ["shutdown", "removenatgw"]) {
  scenarioTest(`11.natgw ${event} clears`, async () => {
    await using sandbox = await openNatgw();
    expectRun(await sandbox.event("11.natgw", event), 0, clear);
    // Set up anew afterwards, though nothing has changed.
    await sandbox.event("11.natgw", "ipreallocated");
    await sandbox.event("11.natgw", event);
    const run = await sandbox.event("11.natgw", "ipreallocated");
    assert.deepEqual(acts(run).slice(-lead.length), lead);
  });
}

scenarioTest("11.natgw startup", async () => {
  await using sandbox = await openNatgw({ etc: { public_addresses: publicAddresses } });
  const run = await sandbox.event("11.natgw", "startup");
  expectRun(run, 0, []);
  assert.match(run.after, /^0\n2\n/);
});

scenarioTest("11.natgw startup fails if its address is a public address too", async () => {
  await using sandbox = await openNatgw({ etc: { public_addresses: "10.0.0.100/24 e0\n" } });
  expectRun(await sandbox.event("11.natgw", "startup"), 1, []);
});

for (const missing of ["NODES", "PUBLIC_IP", "PUBLIC_IFACE", "PRIVATE_NETWORK"]) {
  scenarioTest(`11.natgw refuses a configuration without CTDB_NATGW_${missing}`, async () => {
    const options = natgwOptions.filter((option) => !option.startsWith(`CTDB_NATGW_${missing}=`));
    if (missing === "NODES") options.push("CTDB_NATGW_NODES=/no/such/file");
    await using sandbox = await openNatgw({ options });
    for (const event of ["setup", "startup", "ipreallocated", "monitor", "shutdown"]) {
      expectRun(await sandbox.event("11.natgw", event), 1, []);
    }
  });
}

scenarioTest("11.natgw on a node that only follows needs no public side", async () => {
  await using sandbox = await openNatgw({
    etc: { natgw_nodes: "192.168.1.1 follower-only\n192.168.1.2\n" },
    options: natgwOptions.filter((option) => !option.includes("_PUBLIC_")),
    answers: { ctdb_natgw: 'echo "1 192.168.1.2"' },
  });
  expectRun(await sandbox.event("11.natgw", "setup"), 0, []);
  expectRun(await sandbox.event("11.natgw", "monitor"), 0, []);
  const run = await sandbox.event("11.natgw", "ipreallocated");
  expectRun(run, 0);
  assert.ok(acts(run).includes("ip route add 172.16.0.0/16 via 192.168.1.2 metric 10"));
});

scenarioTest("11.natgw monitor fails if the interface has no link", async () => {
  await using sandbox = await openNatgw();
  expectRun(await sandbox.event("11.natgw", "monitor"), 0);
  await sandbox.answer({ ethtool: 'echo "Link detected: no"' });
  expectRun(await sandbox.event("11.natgw", "monitor"), 1);
});

const lvsOptions = [
  'CTDB_LVS_NODES="$CTDB_BASE/lvs_nodes"',
  "CTDB_LVS_PUBLIC_IP=10.0.0.200",
  "CTDB_LVS_PUBLIC_IFACE=e0",
];

function openLvs(changes: Scenario = {}): Promise<Sandbox> {
  return Sandbox.open({
    setup: network,
    options: lvsOptions,
    after: `ip -o addr show to 10.0.0.200
      cat /proc/sys/net/ipv4/conf/all/arp_ignore /proc/sys/net/ipv4/conf/all/arp_announce`,
    ...changes,
    etc: { lvs_nodes: members, ...changes.etc },
  });
}

const deleteServices = ["ipvsadm -D -t 10.0.0.200", "ipvsadm -D -u 10.0.0.200"];

scenarioTest("91.lvs startup makes every node accept the address, quietly", async () => {
  await using sandbox = await openLvs();
  const run = await sandbox.event("91.lvs", "startup");
  expectRun(run, 0, [...deleteServices, "ip addr add 10.0.0.200/32 dev lo scope host"]);
  assert.match(run.after, /lo +inet 10\.0\.0\.200\/32 scope host/);
  assert.match(run.after, /^3\n2\n$/m);
});

scenarioTest("91.lvs ipreallocated on the leader hands packets to the others", async () => {
  await using sandbox = await openLvs();
  const run = await sandbox.event("91.lvs", "ipreallocated");
  expectRun(run, 0, [
    ...deleteServices,
    "ctdb_lvs leader",
    "ip addr del 10.0.0.200/32 dev lo",
    "ip addr add 10.0.0.200/32 dev lo scope global",
    "ipvsadm -A -t 10.0.0.200 -p 1999999 -s lc",
    "ipvsadm -A -u 10.0.0.200 -p 1999999 -s lc",
    "ctdb_lvs list",
    "ipvsadm -a -t 10.0.0.200 -r 192.168.1.2 -g",
    "ipvsadm -a -u 10.0.0.200 -r 192.168.1.2 -g",
    "ipvsadm -a -t 10.0.0.200 -r 127.0.0.1",
    "ipvsadm -a -u 10.0.0.200 -r 127.0.0.1",
    "ctdb gratarp 10.0.0.200 e0",
  ]);
  assert.match(run.after, /scope global/);
});

for (const answer of ["echo 1", "exit 255"]) {
  scenarioTest(`91.lvs ipreallocated elsewhere (${answer}) keeps quiet`, async () => {
    await using sandbox = await openLvs({ answers: { ctdb_lvs: answer } });
    expectRun(await sandbox.event("91.lvs", "ipreallocated"), 0, [
      ...deleteServices,
      "ctdb_lvs leader",
      "ip addr del 10.0.0.200/32 dev lo",
      "ip addr add 10.0.0.200/32 dev lo scope host",
    ]);
  });
}

scenarioTest("91.lvs ipreallocated ends the local side of connections", async () => {
  await using sandbox = await openLvs({
    answers: { ss: 'echo heading; echo "0 0 10.0.0.200:80 10.0.0.50:1111"' },
  });
  const run = await sandbox.event("91.lvs", "ipreallocated");
  assert.deepEqual(acts(run).filter((call) => call.startsWith("ctdb_killtcp")), [
    "ctdb_killtcp e0",
    "ctdb_killtcp < 10.0.0.50:1111 10.0.0.200:80",
  ]);
});

scenarioTest("91.lvs shutdown and monitor", async () => {
  await using sandbox = await openLvs();
  expectRun(await sandbox.event("91.lvs", "shutdown"), 0, [
    ...deleteServices,
    "ip addr del 10.0.0.200/32 dev lo",
  ]);
  expectRun(await sandbox.event("91.lvs", "monitor"), 0);
  await sandbox.answer({ ethtool: 'echo "Link detected: no"' });
  expectRun(await sandbox.event("91.lvs", "monitor"), 1);
});

for (const missing of ["NODES", "PUBLIC_IP", "PUBLIC_IFACE"]) {
  scenarioTest(`91.lvs refuses a configuration without CTDB_LVS_${missing}`, async () => {
    const options = lvsOptions.filter((option) => !option.startsWith(`CTDB_LVS_${missing}=`));
    if (missing === "NODES") options.push("CTDB_LVS_NODES=/no/such/file");
    await using sandbox = await openLvs({ options });
    for (const event of ["setup", "startup", "ipreallocated", "monitor", "shutdown"]) {
      expectRun(await sandbox.event("91.lvs", event), 1, []);
    }
  });
}
