import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { Sandbox, type Scenario } from "./support/sandbox.ts";
import { scenarioTest } from "./support/scenario-test.ts";
import { network, publicAddresses } from "./support/stand-ins.ts";

// 11.routing and 13.per_ip_routing

const staticRoutes = "# a comment\n\ne0 172.20.0.0/16 10.0.0.1\ne1 172.21.0.0/16 10.0.0.2\n";

scenarioTest("11.routing adds the static routes of the interfaces concerned", async () => {
  await using sandbox = await Sandbox.open({
    setup: network,
    etc: { "static-routes": staticRoutes },
    after: "ip route",
  });
  const first = "ip route add 172.20.0.0/16 via 10.0.0.1 dev e0";
  const second = "ip route add 172.21.0.0/16 via 10.0.0.2 dev e1";
  const all = await sandbox.event("11.routing", "ipreallocated");
  // e1 has no address, so the kernel refuses its route: no reason to fail.
  expectRun(all, 0, [first, second]);
  assert.match(all.after, /172\.20\.0\.0\/16 via 10\.0\.0\.1 dev e0/);
  const update = (from: string, to: string) =>
    sandbox.event("11.routing", "updateip", from, to, "10.0.0.9", "24");
  expectRun(await update("e7", "e0"), 0, [first]);
  expectRun(await update("e1", "e7"), 0, [second]);
  expectRun(await update("e0", "e1"), 0, [first, second]);
  expectRun(await sandbox.event("11.routing", "monitor"), 0, []);
});

scenarioTest("11.routing without its file does nothing", async () => {
  await using sandbox = await Sandbox.open();
  expectRun(await sandbox.event("11.routing", "ipreallocated"), 0, []);
});

const options = [
  'CTDB_PER_IP_ROUTING_CONF="$CTDB_BASE/policy_routing"',
  "CTDB_PER_IP_ROUTING_RULE_PREF=100",
  "CTDB_PER_IP_ROUTING_TABLE_ID_LOW=1000",
  "CTDB_PER_IP_ROUTING_TABLE_ID_HIGH=1002",
];
const config = "10.0.0.9 10.0.0.0/24\n10.0.0.9 0.0.0.0/0 10.0.0.1\n10.0.0.8 10.0.0.0/24\n";
const reserved = "255\tlocal\n254\tmain\n253\tdefault\n";

async function openPolicy(changes: Scenario = {}): Promise<Sandbox> {
  const sandbox = await Sandbox.open({
    options,
    after: "ip rule show; ip route show table ctdb.10.0.0.9; ip route show table ctdb.10.0.0.8",
    ...changes,
    etc: { policy_routing: config, ...changes.etc },
    // iproute2 itself must see the labels too.
    setup: `${network} mount --bind "$CASE/sys-etc/iproute2" /etc/iproute2\n${changes.setup ?? ""}`,
  });
  await sandbox.write("sys-etc/iproute2/rt_tables", reserved);
  return sandbox;
}

const added = (iface: string) => [
  "ip rule del from 10.0.0.9 pref 100 table ctdb.10.0.0.9",
  "ip route flush table ctdb.10.0.0.9",
  "ip rule add from 10.0.0.9 pref 100 table ctdb.10.0.0.9",
  `ip route add 10.0.0.0/24 dev ${iface} table ctdb.10.0.0.9`,
  `ip route add 0.0.0.0/0 via 10.0.0.1 dev ${iface} table ctdb.10.0.0.9`,
  `ctdb gratarp 10.0.0.9 ${iface}`,
];

scenarioTest("13.per_ip_routing without configuration does nothing", async () => {
  await using sandbox = await Sandbox.open();
  expectRun(await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.9", "24"), 0, []);
});

scenarioTest("13.per_ip_routing takeip gives the address a table and a rule", async () => {
  await using sandbox = await openPolicy();
  const run = await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.9", "24");
  expectRun(run, 0, added("e0"));
  assert.match(run.after, /100:\tfrom 10\.0\.0\.9 lookup ctdb\.10\.0\.0\.9/);
  assert.match(run.after, /default via 10\.0\.0\.1 dev e0/);
  await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.8", "24");
  await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.9", "24");
  assert.equal(
    await sandbox.read("sys-etc/iproute2/rt_tables"),
    `${reserved}1000\tctdb.10.0.0.9\n1001\tctdb.10.0.0.8\n`,
  );
});

scenarioTest("13.per_ip_routing takeip without routes for the address adds nothing", async () => {
  await using sandbox = await openPolicy();
  const run = await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.55", "24");
  expectRun(run, 0);
  assert.ok(!acts(run).some((call) => call.startsWith("ip rule add")));
});

scenarioTest("13.per_ip_routing takeip fails if no table is left", async () => {
  await using sandbox = await openPolicy();
  await sandbox.write("sys-etc/iproute2/rt_tables", `${reserved}1002 other\n`);
  const run = await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.9", "24");
  expectRun(run, 1);
  assert.match(run.output, /no routing table number is left/);
});

scenarioTest("13.per_ip_routing takeip fails if a route cannot be added", async () => {
  await using sandbox = await openPolicy({ etc: { policy_routing: "10.0.0.9 nonsense\n" } });
  expectRun(await sandbox.event("13.per_ip_routing", "takeip", "e0", "10.0.0.9", "24"), 1);
});

scenarioTest("13.per_ip_routing leaves IPv6 addresses alone", async () => {
  await using sandbox = await openPolicy();
  for (const event of [["takeip", "e0"], ["releaseip", "e0"], ["updateip", "e0", "e1"]]) {
    const run = await sandbox.event("13.per_ip_routing", ...event, "fd00::9", "64");
    expectRun(run, 0, []);
    assert.match(run.output, /fd00::9/);
  }
});

scenarioTest("13.per_ip_routing updateip moves the routes and tickles", async () => {
  await using sandbox = await openPolicy({
    answers: { ss: 'echo heading; echo "0 0 10.0.0.9:445 10.0.0.50:1111"' },
  });
  const run = await sandbox.event("13.per_ip_routing", "updateip", "e0", "e1", "10.0.0.9", "24");
  expectRun(run, 0, [
    ...added("e1"),
    "ctdb tickle",
    "ctdb < 10.0.0.9:445 10.0.0.50:1111",
    "ctdb < 10.0.0.50:1111 10.0.0.9:445",
  ]);
});

scenarioTest("13.per_ip_routing releaseip removes, and only warns of trouble", async () => {
  await using sandbox = await openPolicy();
  const run = await sandbox.event("13.per_ip_routing", "releaseip", "e0", "10.0.0.9", "24");
  expectRun(run, 0, added("e0").slice(0, 2));
  assert.match(run.output, /WARNING/);
});

const hosted = `
echo '1000	ctdb.10.0.0.9' >>/etc/iproute2/rt_tables
echo '1001	ctdb.10.0.0.8' >>/etc/iproute2/rt_tables
ip rule add from 10.0.0.8 pref 100 table ctdb.10.0.0.8
ip route add 10.0.0.0/24 dev e0 table ctdb.10.0.0.8
ip rule add from 10.9.9.9 pref 99 table 7
`;

scenarioTest(
  "13.per_ip_routing ipreallocated adds what is missing, removes what is left",
  async () => {
    await using sandbox = await openPolicy({ setup: hosted });
    const run = await sandbox.event("13.per_ip_routing", "ipreallocated");
    expectRun(run, 0);
    assert.match(run.after, /100:\tfrom 10\.0\.0\.9 lookup/);
    assert.doesNotMatch(run.after, /from 10\.0\.0\.8/);
    assert.match(run.after, /99:\tfrom 10\.9\.9\.9/);
  },
);

scenarioTest("13.per_ip_routing ipreallocated leaves a table with routes alone", async () => {
  const filled = `${hosted} ip rule add from 10.0.0.9 pref 100 table ctdb.10.0.0.9
    ip route add 10.0.0.0/24 dev e0 table ctdb.10.0.0.9`;
  await using sandbox = await openPolicy({ setup: filled });
  const run = await sandbox.event("13.per_ip_routing", "ipreallocated");
  assert.ok(!acts(run).some((call) => call.includes("10.0.0.9")));

  await sandbox.write("sys-etc/iproute2/rt_tables", reserved);
  const forced = await sandbox.event("13.per_ip_routing", "reconfigure");
  expectRun(forced, 0);
  assert.ok(acts(forced).includes("ip rule add from 10.0.0.9 pref 100 table ctdb.10.0.0.9"));
});

for (const event of ["startup", "shutdown"]) {
  scenarioTest(`13.per_ip_routing ${event} removes all rules of ours`, async () => {
    await using sandbox = await openPolicy({ setup: hosted });
    const run = await sandbox.event("13.per_ip_routing", event);
    expectRun(run, 0);
    assert.doesNotMatch(run.after, /100:/);
    assert.match(run.after, /99:/);
    const labels = await sandbox.read("sys-etc/iproute2/rt_tables");
    assert.equal(labels.includes("ctdb."), event === "startup");
    assert.ok(labels.startsWith(reserved));
  });
}

scenarioTest("13.per_ip_routing makes link-local routes by itself", async () => {
  for (
    const [address, net] of [["10.0.0.9/24", "10.0.0.0/24"], ["10.7.255.9/21", "10.7.248.0/21"]]
  ) {
    const ip = String(address).split("/")[0] ?? "";
    await using sandbox = await openPolicy({
      options: [...options, "CTDB_PER_IP_ROUTING_CONF=__auto_link_local__"],
      etc: { public_addresses: `${publicAddresses}10.7.255.9/21 e0\n` },
    });
    const run = await sandbox.event("13.per_ip_routing", "takeip", "e0", ip, "24");
    expectRun(run, 0);
    const routes = acts(run).filter((call) => call.startsWith("ip route add"));
    assert.deepEqual(routes, [`ip route add ${net} dev e0 table ctdb.${ip}`]);
  }
});

for (
  const bad of [
    "CTDB_PER_IP_ROUTING_RULE_PREF=",
    "CTDB_PER_IP_ROUTING_TABLE_ID_LOW=",
    "CTDB_PER_IP_ROUTING_TABLE_ID_HIGH=1000",
    "CTDB_PER_IP_ROUTING_TABLE_ID_LOW=200",
    "CTDB_PER_IP_ROUTING_CONF=/no/such/file",
  ]
) {
  scenarioTest(`13.per_ip_routing refuses ${bad} in every event`, async () => {
    await using sandbox = await openPolicy({ options: [...options, bad] });
    for (const event of ["startup", "monitor", "ipreallocated", "shutdown"]) {
      expectRun(await sandbox.event("13.per_ip_routing", event), 1, []);
    }
  });
}
