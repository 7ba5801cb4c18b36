import assert from "node:assert/strict";
import { acts, expectRun } from "./support/expect.ts";
import { Sandbox, type Scenario } from "./support/sandbox.ts";
import { nftTest, scenarioTest } from "./support/scenario-test.ts";
import { hide, network, noIptables, publicAddresses } from "./support/stand-ins.ts";

const addresses = "ip -br -4 addr show dev e0; ip -br -4 addr show dev e1; iptables -S INPUT";
const scenario: Scenario = {
  setup: network,
  etc: { public_addresses: publicAddresses },
  after: addresses,
};

const established = `
echo "Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
echo "0 0 10.0.0.9:445 10.0.0.50:1111"
echo "0 0 [::ffff:10.0.0.9]:139 [::ffff:10.0.0.50]:2222"
echo "0 0 10.0.0.9:2049 10.0.0.50:3333"`;

const listFile = "var/scripts/my-public-ip-addresses";

function open(changes: Scenario = {}): Promise<Sandbox> {
  return Sandbox.open({ ...scenario, ...changes });
}

scenarioTest("10.interface without public addresses does nothing and says so at init", async () => {
  await using sandbox = await Sandbox.open({ setup: network });
  const init = await sandbox.event("10.interface", "init");
  expectRun(init, 0, []);
  assert.match(init.output, /No public addresses file/);
  expectRun(await sandbox.event("10.interface", "monitor"), 0, []);
});

scenarioTest("10.interface refuses address events with the wrong number of arguments", async () => {
  await using sandbox = await open();
  for (
    const event of [["takeip", "e0", "10.0.0.7"], ["releaseip"], ["updateip", "e0", "x", "24"]]
  ) {
    expectRun(await sandbox.event("10.interface", ...event), 1, []);
  }
});

for (const event of ["init", "shutdown"]) {
  scenarioTest(`10.interface ${event} drops the configured addresses only`, async () => {
    await using sandbox = await open({ setup: `${network} ip addr add 10.0.0.5/24 dev e0` });
    const run = await sandbox.event("10.interface", event);
    expectRun(run, 0, ["ip addr del 10.0.0.9/24 dev e0", "ip addr del 10.0.0.8/24 dev e0"]);
    // 10.0.0.9 was the primary address of the others: they survive it.
    assert.match(run.after, /10\.0\.0\.5\/24/);
    assert.doesNotMatch(run.after, /10\.0\.0\.[89]/);
  });
}

scenarioTest("10.interface takeip adds the address and unblocks it", async () => {
  await using sandbox = await open({
    setup: `${network} iptables -I INPUT -i e0 -d 10.0.0.7 -j DROP; ip link set e0 down`,
  });
  // What an interrupted release has left.
  await sandbox.write("var/scripts/blocked/10.0.0.7", "");
  const run = await sandbox.event("10.interface", "takeip", "e0", "10.0.0.7", "24");
  expectRun(run, 0, [
    "ip link set e0 up",
    "ip addr add 10.0.0.7/24 brd + dev e0",
    "iptables -D INPUT -i e0 -d 10.0.0.7 -j DROP",
  ]);
  assert.match(run.after, /10\.0\.0\.7\/24/);
  assert.doesNotMatch(run.after, /DROP/);
  assert.equal(await sandbox.read("var/scripts/my-public-ip-addresses"), "10.0.0.7\n");
});

scenarioTest("10.interface takeip fails if the address cannot be added", async () => {
  await using sandbox = await open();
  expectRun(await sandbox.event("10.interface", "takeip", "nosuch", "10.0.0.7", "24"), 1);
});

scenarioTest("10.interface takeip waits until an IPv6 address is usable", async () => {
  await using sandbox = await open({ after: "ip -6 -o addr show dev e0" });
  const run = await sandbox.event("10.interface", "takeip", "e0", "fd00::7", "64");
  expectRun(run, 0);
  assert.match(run.after, /fd00::7\/64/);
  assert.doesNotMatch(run.after, /fd00::7.*tentative/);
});

scenarioTest("10.interface takeip fails on an IPv6 address that somebody else has", async () => {
  await using sandbox = await open({
    // The other end of the cable has it already.
    setup: `${network} sysctl -qw net.ipv6.conf.e0p.accept_dad=0
      ip addr add fd00::7/64 dev e0p`,
    after: "ip -6 -o addr show dev e0",
  });
  const run = await sandbox.event("10.interface", "takeip", "e0", "fd00::7", "64");
  expectRun(run, 1);
  assert.match(run.output, /another host has this address: fd00::7/);
  assert.doesNotMatch(run.after, /fd00::7/);
});

scenarioTest("10.interface init removes blocks that a dead daemon has left", async () => {
  await using sandbox = await open({
    setup: `${network} iptables -I INPUT -i e0 -d 10.0.0.9 -j DROP
      iptables -I INPUT -i e0 -d 10.0.0.77 -j DROP`,
  });
  const { status, after } = await sandbox.event("10.interface", "init");
  assert.equal(status, 0);
  assert.doesNotMatch(after, /-d 10\.0\.0\.9\//);
  assert.match(after, /-d 10\.0\.0\.77\/32 .*DROP/, "not ours");
});

scenarioTest(
  "10.interface moves an address that nobody is connected to by few programs",
  async () => {
    // The kernel's files about interfaces are those of the network that they were mounted in.
    await using sandbox = await open({ setup: `mount -t sysfs sysfs /sys\n${network}` });
    const take = await sandbox.event("10.interface", "takeip", "e0", "10.0.0.7", "24");
    assert.deepEqual(take.calls, ["ip addr add 10.0.0.7/24 brd + dev e0"]);
    const release = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
    assert.deepEqual(release.calls.map((call) => call.split(" ").slice(0, 3).join(" ")), [
      "ss -tn state",
      "ip addr del",
    ]);
  },
);

scenarioTest(
  "10.interface releases an idle address by three processes, its own one included",
  async () => {
    await using sandbox = await open({
      // Who is started by the script says so; who takes its place has its number.
      setup: `mount -t sysfs sysfs /sys
        mount -t tmpfs tmpfs /mnt
        cp /usr/bin/mv /mnt/real-mv
        printf '#!/bin/sh\\necho "mv $$"; exec /mnt/real-mv "$@"\\n' >/mnt/mv
        chmod +x /mnt/mv
        mount --bind /mnt/mv /usr/bin/mv
        ${network}`,
      answers: { ss: 'echo "script $PPID" >&2; real "$@"' },
    });
    await sandbox.write(listFile, "10.0.0.9\n10.0.0.90\n");
    const run = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
    assert.equal(run.status, 0);
    const [script, mv] = ["script", "mv"].map((name) =>
      new RegExp(`^${name} (\\d+)$`, "m").exec(run.output)?.[1]
    );
    assert.ok(script !== undefined, run.output);
    assert.equal(mv, script);
    assert.equal(await sandbox.read(listFile), "10.0.0.90\n");
  },
);

const three = (iface: string) => ["7", "10", "11"].flatMap((n) => [iface, `10.0.0.${n}`, "24"]);
const usualPrograms = { setup: `mount -t sysfs sysfs /sys\n${network}` };

scenarioTest("10.interface takes many addresses by one program", async () => {
  await using sandbox = await open(usualPrograms);
  const run = await sandbox.event("10.interface", "takeip-many", ...three("e0"));
  assert.deepEqual([run.status, run.output], [0, ""]);
  assert.deepEqual(run.calls, ["ip -force -batch -"]);
  for (const n of [7, 10, 11]) assert.match(run.after, new RegExp(`10\\.0\\.0\\.${n}/24`));
  assert.equal(await sandbox.read(listFile), "10.0.0.7\n10.0.0.10\n10.0.0.11\n");
});

scenarioTest("10.interface names those of many that it could not take", async () => {
  await using sandbox = await open(usualPrograms);
  const there = ["e0", "10.0.0.9", "24", "nosuch", "10.0.0.12", "24"];
  const run = await sandbox.event("10.interface", "takeip-many", ...three("e0"), ...there);
  assert.equal(run.status, 1);
  const failed = run.output.matchAll(/^failed: (.+)$/gm).map(([, address]) => address).toArray();
  assert.deepEqual(failed, ["10.0.0.9", "10.0.0.12"]);
  for (const n of [7, 10, 11]) assert.match(run.after, new RegExp(`10\\.0\\.0\\.${n}/24`));
});

scenarioTest("10.interface takes IPv6 among many, and removes what a release left", async () => {
  await using sandbox = await open({
    setup: `${usualPrograms.setup} iptables -I INPUT -i e0 -d 10.0.0.7 -j DROP`,
    after: "ip -o addr show dev e0; iptables -S INPUT",
  });
  await sandbox.write("var/scripts/blocked/10.0.0.7", "");
  const args = [...three("e0"), "e0", "fd00::7", "64"];
  const run = await sandbox.event("10.interface", "takeip-many", ...args);
  assert.deepEqual([run.status, run.output], [0, ""]);
  assert.match(run.after, /fd00::7\/64/);
  assert.match(run.after, /10\.0\.0\.7\/24/);
  assert.doesNotMatch(run.after, /DROP|fd00::7.*tentative/);
});

scenarioTest(
  "10.interface takes many IPv6 addresses by one program, and waits for all at once",
  async () => {
    await using sandbox = await open({
      // The other end of the cable has one of them already.
      setup: `${usualPrograms.setup} sysctl -qw net.ipv6.conf.e0p.accept_dad=0
      ip addr add fd00::9/64 dev e0p`,
      after: "ip -6 -o addr show dev e0",
    });
    const six = ["7", "8", "9", "a", "b", "c"].flatMap((n) => ["e0", `fd00::${n}`, "64"]);
    const run = await sandbox.event("10.interface", "takeip-many", ...three("e0"), ...six);
    assert.equal(run.status, 1);
    assert.deepEqual(run.output.match(/^failed: .*$/gm), ["failed: fd00::9"]);
    assert.match(run.output, /^ERROR: another host has this address: fd00::9$/m);
    const [batch, ...looks] = run.calls.filter((call) => call.startsWith("ip "));
    assert.equal(batch, "ip -force -batch -");
    assert.equal(looks.pop(), "ip addr del fd00::9/64 dev e0");
    assert.ok(looks.length > 0 && looks.every((call) => call === "ip -6 -o addr show tentative"));
    for (const n of ["7", "8", "a", "b", "c"]) assert.match(run.after, new RegExp(`fd00::${n}/64`));
    assert.doesNotMatch(run.after, /fd00::9|tentative/);
    assert.equal((await sandbox.read(listFile)).trim().split("\n").length, 9);
  },
);

scenarioTest("10.interface releases IPv6 addresses together but those in use", async () => {
  await using sandbox = await open({
    setup: `${network} for n in 7 8 70; do ip addr add fd00::$n/64 dev e0 nodad; done\n`,
    answers: {
      ss: `case "$1" in -K) exit 0 ;; esac
echo "Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
case "$*" in *"fd00::7]"*) echo "0 0 [fd00::7]:445 [fd00::50]:1111" ;; esac`,
    },
    options: ["CTDB_KILLTCP_USE_SS_KILL=yes"],
    after: "ip -6 -o addr show dev e0; ip6tables -S INPUT",
  });
  const six = ["7", "8", "70"].flatMap((n) => ["e0", `fd00::${n}`, "64"]);
  const run = await sandbox.event("10.interface", "releaseip-many", ...six);
  assert.equal(run.status, 0);
  const blocks = run.calls.filter((call) => call.startsWith("ip6tables"));
  assert.deepEqual(blocks, [
    "ip6tables -I INPUT -i e0 -d fd00::7 -j DROP",
    "ip6tables -D INPUT -i e0 -d fd00::7 -j DROP",
  ]);
  assert.equal(run.calls.filter((call) => call.startsWith("ip -force -batch")).length, 1);
  assert.doesNotMatch(run.after, /fd00::(7|8|70)\/|DROP/);
});

const onE0 = "ip addr add 10.0.0.10/24 dev e0; ip addr add 10.0.0.7/24 dev e0; " +
  "ip addr add 10.0.0.11/24 dev e1\n";

scenarioTest("10.interface releases many that nobody uses by three programs", async () => {
  await using sandbox = await open({ setup: `${network} ${onE0}` });
  await sandbox.write(listFile, "10.0.0.10\n10.0.0.7\n10.0.0.77\n10.0.0.11\n");
  const run = await sandbox.event("10.interface", "releaseip-many", ...three("e0"));
  assert.equal(run.status, 0);
  // The third is on another interface: it is found there.
  assert.match(run.output, /^WARNING: Public IP 10\.0\.0\.11 hosted on interface e1/);
  const programs = run.calls.map((call) => call.split(" ").slice(0, 3).join(" "));
  assert.deepEqual(programs.slice(0, 2), ["ss -tn state", "ip -force -batch"]);
  assert.doesNotMatch(run.after, /10\.0\.0\.(7|10|11)\//);
  assert.match(run.after, /10\.0\.0\.9\/24/);
  assert.equal(await sandbox.read(listFile), "10.0.0.77\n");
});

scenarioTest("10.interface blocks and resets what of many is in use, and only that", async () => {
  await using sandbox = await open({
    setup: `${network} ${onE0}`,
    answers: { ss: established },
    options: ["CTDB_KILLTCP_USE_SS_KILL=yes"],
  });
  const args = [...three("e0").slice(0, 6), "e0", "10.0.0.9", "24"];
  const run = await sandbox.event("10.interface", "releaseip-many", ...args);
  assert.equal(run.status, 0);
  const blocks = run.calls.filter((call) => call.startsWith("iptables"));
  assert.deepEqual(blocks, [
    "iptables -I INPUT -i e0 -d 10.0.0.9 -j DROP",
    "iptables -D INPUT -i e0 -d 10.0.0.9 -j DROP",
  ]);
  assert.doesNotMatch(run.after, /10\.0\.0\.(7|9|10)\/|DROP/);
});

/** Connections of two of the addresses until they are reset, those of SMB by the helper only. */
const used = `
case "$*" in
*-K*"not ( sport"*) : >"$CASE/reset"; exit 0 ;;
*-K*) : >"$CASE/reset-all"; exit 0 ;;
esac
echo "Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
[ ! -e "$CASE/reset-all" ] || exit 0
echo "0 0 10.0.0.9:445 10.0.0.50:1111"
[ -e "$CASE/reset" ] || echo "0 0 10.0.0.7:2049 10.0.0.50:3333"
[ -e "$CASE/reset" ] || echo "0 0 [fd00::7]:2049 [fd00::50]:3333"`;
const usedSetup = `${network} ${onE0} ip addr add fd00::7/64 dev e0 nodad\n`;
const usedArgs = [
  ...["e0", "10.0.0.10", "24", "e0", "10.0.0.7", "24", "e0", "10.0.0.9", "24"],
  ...["e0", "fd00::7", "64"],
];

scenarioTest("10.interface releases many that are in use by as many programs as one", async () => {
  await using sandbox = await open({
    setup: usedSetup,
    answers: { ss: used },
    after: "ip -o addr show dev e0; iptables -S INPUT; ip6tables -S INPUT",
  });
  await sandbox.write(listFile, "10.0.0.10\n10.0.0.7\n10.0.0.77\n10.0.0.9\nfd00::7\n");
  const run = await sandbox.event("10.interface", "releaseip-many", ...usedArgs);
  assert.equal(run.status, 0, run.output);
  const all = "src [10.0.0.7] or src [10.0.0.9] or src [fd00::7]";
  const smb = "not ( sport = :139 or sport = :445 )";
  assert.deepEqual(acts(run), [
    "ip -force -batch -",
    "iptables -I INPUT -i e0 -d 10.0.0.7,10.0.0.9 -j DROP",
    "ip6tables -I INPUT -i e0 -d fd00::7 -j DROP",
    `ss -K -tnH state established ( ${all} ) ${smb}`,
    "ctdb_killtcp e0",
    "ctdb_killtcp < 10.0.0.50:1111 10.0.0.9:445",
    "ip -force -batch -",
    "iptables -D INPUT -i e0 -d 10.0.0.7,10.0.0.9 -j DROP",
    "ip6tables -D INPUT -i e0 -d fd00::7 -j DROP",
  ], run.calls.join("\n"));
  assert.equal(
    run.output,
    "Killed 0/1 TCP connections to released IP 10.0.0.9\n" +
      "Remaining connections:\n  10.0.0.9:445 10.0.0.50:1111\n" +
      "Killed 1/1 TCP connections to released IP 10.0.0.7\n" +
      "Killed 1/1 TCP connections to released IP fd00::7\n",
  );
  assert.doesNotMatch(run.after, /10\.0\.0\.(7|9|10)\/|fd00::7|DROP/);
  assert.match(run.after, /10\.0\.0\.8\/24/);
  assert.equal(await sandbox.read(listFile), "10.0.0.77\n");
});

scenarioTest("10.interface resets all connections of many by ss, if told so", async () => {
  await using sandbox = await open({
    setup: usedSetup,
    answers: { ss: used },
    options: ["CTDB_KILLTCP_USE_SS_KILL=yes"],
  });
  const run = await sandbox.event("10.interface", "releaseip-many", ...usedArgs);
  assert.equal(run.status, 0, run.output);
  assert.equal(run.calls.filter((call) => call.startsWith("ctdb_killtcp")).length, 0);
  assert.match(run.output, /^(Killed 1\/1 TCP connections to released IP \S+\n){3}$/);
});

scenarioTest("10.interface names those of many in use that it could not remove", async () => {
  await using sandbox = await open({
    setup: usedSetup,
    answers: {
      ss: used,
      ip: `case "$*" in
*-batch*) sed -e 's/^addr del 10.0.0.9/addr del 10.0.0.99/' | real "$@"; exit $? ;;
esac
real "$@"; exit $?`,
    },
  });
  const run = await sandbox.event("10.interface", "releaseip-many", ...usedArgs);
  assert.equal(run.status, 1);
  assert.match(run.output, /^Failed to del 10\.0\.0\.9\/24 on dev e0\nfailed: 10\.0\.0\.9$/m);
  assert.equal(run.output.match(/^failed:/gm)?.length, 1);
  assert.doesNotMatch(run.after, /10\.0\.0\.(7|10)\/|DROP/);
  assert.match(run.after, /10\.0\.0\.9\/24/);
});

nftTest("10.interface blocks many that are in use by nft, if there is nothing else", async () => {
  await using sandbox = await open({
    ...noIptables,
    setup: `${noIptables.setup} ${onE0} ip addr add fd00::7/64 dev e0 nodad\n`,
    answers: { ss: `nft list ruleset >>"$CASE/rules" 2>/dev/null; ${used}` },
    after: "nft list ruleset",
  });
  const run = await sandbox.event("10.interface", "releaseip-many", ...usedArgs);
  assert.equal(run.status, 0, run.output);
  const rules = await sandbox.read("rules");
  assert.match(rules, /elements = { 10\.0\.0\.7, 10\.0\.0\.9 }/);
  assert.match(rules, /elements = { fd00::7 }/);
  assert.doesNotMatch(run.after, /elements/);
});

scenarioTest("10.interface takes no short way where a site has functions of its own", async () => {
  await using sandbox = await open(usualPrograms);
  await sandbox.etc("rc.local.d/own.sh", 'ip_addr_add() { echo mine "$@"; }\n');
  const run = await sandbox.event("10.interface", "takeip-many", ...three("e0"));
  assert.equal(run.output, "mine 10.0.0.7/24 e0\nmine 10.0.0.10/24 e0\nmine 10.0.0.11/24 e0\n");
});

for (const script of ["01.reclock", "05.system", "95.database", "50.samba"]) {
  scenarioTest(`${script} does nothing when an address moves`, async () => {
    await using sandbox = await open();
    for (const event of ["takeip", "releaseip"]) {
      const run = await sandbox.event(script, event, "e0", "10.0.0.9", "24");
      assert.deepEqual([run.status, run.output, run.calls], [0, "", []]);
    }
  });
}

scenarioTest("10.interface releaseip blocks, removes and unblocks the address", async () => {
  await using sandbox = await open({
    answers: { ss: established },
    options: ["CTDB_KILLTCP_USE_SS_KILL=yes"],
  });
  await sandbox.write("var/scripts/my-public-ip-addresses", "10.0.0.9\n10.0.0.90\n");
  const run = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
  expectRun(run, 0, [
    "iptables -I INPUT -i e0 -d 10.0.0.9 -j DROP",
    "ss -K -tnH state established src [10.0.0.9]",
    "ip addr del 10.0.0.9/24 dev e0",
    "iptables -D INPUT -i e0 -d 10.0.0.9 -j DROP",
  ]);
  assert.match(run.after, /10\.0\.0\.8\/24/);
  assert.doesNotMatch(run.after, /10\.0\.0\.9|DROP/);
  assert.equal(await sandbox.read("var/scripts/my-public-ip-addresses"), "10.0.0.90\n");
});

scenarioTest("10.interface releaseip believes the kernel about interface and mask", async () => {
  await using sandbox = await open();
  for (const iface of ["e1", "__none__"]) {
    const run = await sandbox.event("10.interface", "releaseip", iface, "10.0.0.9", "16");
    expectRun(run, 0);
    assert.match(run.output, /WARNING: .*e0/);
    assert.match(run.output, /WARNING: .*24/);
    assert.ok(acts(run).includes("ip addr del 10.0.0.9/24 dev e0"));
  }
});

scenarioTest("10.interface releaseip of an address that is nowhere", async () => {
  await using sandbox = await open();
  for (const iface of ["e0", "__none__"]) {
    const run = await sandbox.event("10.interface", "releaseip", iface, "10.0.0.77", "24");
    expectRun(run, 0, iface === "e0" ? ["ip addr del 10.0.0.77/24 dev e0"] : []);
    assert.equal(run.output, "WARNING: Unable to determine interface for IP 10.0.0.77\n");
  }
});

scenarioTest(
  "10.interface releaseip by another name of the interface, and from another",
  async () => {
    await using sandbox = await open({
      setup: `${network}\nip link property add dev e0 altname public0`,
    });
    const named = await sandbox.event("10.interface", "releaseip", "public0", "10.0.0.9", "16");
    expectRun(named, 0);
    assert.equal(named.output, "WARNING: Public IP 10.0.0.9 has 24 bit netmask but VNN says 16\n");
    assert.ok(acts(named).includes("ip addr del 10.0.0.9/24 dev public0"), named.calls.join("\n"));
    const moved = await sandbox.event("10.interface", "releaseip", "e1", "10.0.0.9", "24");
    expectRun(moved, 0);
  },
);

scenarioTest("10.interface releaseip that fails leaves no block behind", async () => {
  await using sandbox = await open({
    answers: { ip: 'case "$*" in "addr del"*) exit 2 ;; esac; real "$@"; exit $?' },
  });
  const run = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
  expectRun(run, 1);
  assert.doesNotMatch(run.after, /DROP/);
});

scenarioTest("10.interface releaseip resets connections: SMB one way, others both", async () => {
  await using sandbox = await open({ answers: { ss: established } });
  const run = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
  expectRun(run, 0);
  assert.deepEqual(acts(run).filter((call) => call.startsWith("ctdb_killtcp")), [
    "ctdb_killtcp e0",
    "ctdb_killtcp < 10.0.0.50:1111 10.0.0.9:445",
    "ctdb_killtcp < 10.0.0.50:2222 10.0.0.9:139",
    "ctdb_killtcp < 10.0.0.50:3333 10.0.0.9:2049",
    "ctdb_killtcp < 10.0.0.9:2049 10.0.0.50:3333",
  ]);
  // Between the block and the removal.
  const order = acts(run).filter((call) => /-I INPUT|^ctdb_killtcp e0|addr del/.test(call));
  assert.deepEqual(order.map((call) => call.split(" ")[0]), ["iptables", "ctdb_killtcp", "ip"]);
  assert.match(run.output, /Killed 0\/3 TCP connections to released IP 10\.0\.0\.9/);
  assert.match(run.output, /Remaining connections:\n {2}10\.0\.0\.9:445 10\.0\.0\.50:1111/);
});

for (const [choice, helper] of [["yes", false], ["try", true], ["no", true]] as const) {
  scenarioTest(`10.interface releaseip with CTDB_KILLTCP_USE_SS_KILL=${choice}`, async () => {
    await using sandbox = await open({
      options: [`CTDB_KILLTCP_USE_SS_KILL=${choice}`],
      answers: { ss: `case "$1" in -K) exit 0 ;; esac\n${established}` },
    });
    const run = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
    expectRun(run, 0);
    const kills = acts(run).filter((call) => /^ss -K|^ctdb_killtcp e0/.test(call));
    assert.deepEqual(kills, [
      ...choice === "no" ? [] : ["ss -K -tnH state established src [10.0.0.9]"],
      ...helper ? ["ctdb_killtcp e0"] : [],
    ]);
  });
}

scenarioTest("10.interface updateip moves the address between interfaces", async () => {
  await using sandbox = await open({ answers: { ss: established } });
  const run = await sandbox.event("10.interface", "updateip", "e0", "e1", "10.0.0.9", "24");
  expectRun(run, 0);
  assert.deepEqual(acts(run).slice(0, 6), [
    "iptables -I INPUT -i e0 -d 10.0.0.9 -j DROP",
    "ip addr del 10.0.0.9/24 dev e0",
    "ip link set e1 up",
    "ip addr add 10.0.0.9/24 brd + dev e1",
    "iptables -D INPUT -i e0 -d 10.0.0.9 -j DROP",
    "ctdb gratarp 10.0.0.9 e1",
  ]);
  assert.deepEqual(acts(run).slice(6, 9), [
    "ctdb tickle",
    "ctdb < 10.0.0.9:445 10.0.0.50:1111",
    "ctdb < 10.0.0.50:1111 10.0.0.9:445",
  ]);
  assert.match(run.after, /e1\S*\s+UP\s+10\.0\.0\.9\/24/);
});

scenarioTest("10.interface updateip gives the address the mask that the daemon says", async () => {
  await using sandbox = await open();
  const run = await sandbox.event("10.interface", "updateip", "e0", "e1", "10.0.0.9", "16");
  expectRun(run, 0);
  assert.ok(acts(run).includes("ip addr del 10.0.0.9/24 dev e0"));
  assert.match(run.after, /e1\S*\s+UP\s+10\.0\.0\.9\/16/);
});

scenarioTest("10.interface updateip to where the address is already", async () => {
  await using sandbox = await open();
  const run = await sandbox.event("10.interface", "updateip", "__none__", "e0", "10.0.0.9", "24");
  expectRun(run, 0, []);
});

scenarioTest("10.interface updateip of an address that no interface has", async () => {
  await using sandbox = await open();
  const none = await sandbox.event("10.interface", "updateip", "__none__", "e1", "10.0.0.7", "24");
  expectRun(none, 0, [
    "ip link set e1 up",
    "ip addr add 10.0.0.7/24 brd + dev e1",
    "ctdb gratarp 10.0.0.7 e1",
  ]);
  assert.equal(none.output, "WARNING: Unable to determine interface for IP 10.0.0.7\n");
});

scenarioTest("10.interface updateip that fails leaves no block behind", async () => {
  await using sandbox = await open();
  const run = await sandbox.event("10.interface", "updateip", "e0", "nosuch", "10.0.0.9", "24");
  expectRun(run, 1);
  assert.doesNotMatch(run.after, /DROP/);
});

scenarioTest("10.interface ipreallocated rebuilds the list of hosted addresses", async () => {
  await using sandbox = await open();
  await sandbox.write("var/scripts/my-public-ip-addresses", "10.0.0.1\n");
  expectRun(await sandbox.event("10.interface", "ipreallocated"), 0, []);
  assert.equal(await sandbox.read("var/scripts/my-public-ip-addresses"), "10.0.0.9\n");
});

scenarioTest("10.interface monitor reports every link", async () => {
  await using sandbox = await open();
  expectRun(await sandbox.event("10.interface", "monitor"), 0, [
    "ctdb setifacelink e0 up",
    "ctdb setifacelink e1 up",
  ]);
});

const oneDown = 'case "$1" in e1) echo "Link detected: no" ;; *) echo "Link detected: yes" ;; esac';

scenarioTest("10.interface monitor fails if an interface has no link", async () => {
  await using sandbox = await open({ answers: { ethtool: oneDown } });
  const run = await sandbox.event("10.interface", "monitor");
  // Brought up once, in case nobody has.
  expectRun(run, 1, ["ctdb setifacelink e0 up", "ip link set e1 up", "ctdb setifacelink e1 down"]);
  expectRun(await sandbox.event("10.interface", "startup"), 0);
});

scenarioTest("10.interface monitor with CTDB_PARTIALLY_ONLINE_INTERFACES", async () => {
  const options = ["CTDB_PARTIALLY_ONLINE_INTERFACES=yes"];
  await using sandbox = await open({ options, answers: { ethtool: oneDown } });
  expectRun(await sandbox.event("10.interface", "monitor"), 0);
  await sandbox.answer({ ethtool: 'echo "Link detected: no"' });
  expectRun(await sandbox.event("10.interface", "monitor"), 1);
});

scenarioTest("10.interface monitor fails for an interface that does not exist", async () => {
  await using sandbox = await open({ etc: { public_addresses: "10.0.0.9/24 gone\n" } });
  const run = await sandbox.event("10.interface", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /does not exist: gone/);
  assert.ok(acts(run).includes("ctdb setifacelink gone down"));
});

scenarioTest("10.interface monitor brings tickle lists in line, IPv6 ones too", async () => {
  await using sandbox = await open();
  await sandbox.answer({
    ss: `
echo heading
echo "0 0 10.0.0.9:445 10.0.0.50:1111"
echo "0 0 10.0.0.9:445 10.0.0.50:2222"
echo "0 0 [fd00::9]:445 [fd00::50]:3333"`,
    ctdb: `
case "$*" in
pnn) echo 0 ;;
"-X ip") printf '|Public IP|Node|\\n|10.0.0.9|0|\\n|fd00::9|0|\\n' ;;
"-X gettickles 10.0.0.9")
	printf '|Source IP|Port|Destination IP|Port|\\n'
	printf '|10.0.0.50|1111|10.0.0.9|445|\\n|10.0.0.51|9|10.0.0.9|445|\\n' ;;
"-X gettickles fd00::9")
	printf '|Source IP|Port|Destination IP|Port|\\n|fd00::50|3333|fd00::9|445|\\n' ;;
addtickle | deltickle) record_stdin ;;
esac`,
  });
  const run = await sandbox.event("10.interface", "monitor");
  expectRun(run, 0);
  assert.deepEqual(acts(run).filter((call) => !call.includes("setifacelink")), [
    "ctdb addtickle",
    "ctdb < 10.0.0.50:2222 10.0.0.9:445",
    "ctdb deltickle",
    "ctdb < 10.0.0.51:9 10.0.0.9:445",
  ]);
});

scenarioTest("10.interface monitor that cannot see connections forgets none", async () => {
  await using sandbox = await open({ answers: { ss: "exit 1" } });
  await sandbox.answer({
    ctdb: `
case "$*" in
pnn) echo 0 ;;
"-X ip") printf '|Public IP|Node|\\n|10.0.0.9|0|\\n' ;;
"-X gettickles"*) printf '|Source IP|Port|Destination IP|Port|\\n|10.0.0.50|1|10.0.0.9|445|\\n' ;;
esac`,
  });
  const run = await sandbox.event("10.interface", "monitor");
  expectRun(run, 0);
  assert.ok(!acts(run).some((call) => call.includes("tickle")));
});

scenarioTest("10.interface monitor without ethtool: the link is what the kernel says", async () => {
  await using sandbox = await open({
    without: ["ethtool"],
    setup: `${network} ${hide("ethtool")}`,
  });
  expectRun(await sandbox.event("10.interface", "monitor"), 0);
  await sandbox.write("setup", `${network} ${hide("ethtool")} ip link set e1p down\n`);
  const run = await sandbox.event("10.interface", "monitor");
  expectRun(run, 1);
  assert.match(run.output, /^ERROR: no link on public interface: e1$/m);
  assert.doesNotMatch(run.output, /interface: e0$/m);
});

nftTest("10.interface releaseip without iptables blocks by nft, and unblocks", async () => {
  await using sandbox = await open({
    ...noIptables,
    options: ["CTDB_KILLTCP_USE_SS_KILL=yes"],
    // The address is taken off while it is blocked.
    answers: {
      ss: established,
      ip: 'case "$*" in "addr del"*) nft list ruleset >"$CASE/rules" ;; esac; real "$@"',
    },
    after: "nft list set inet ctdb blocked4",
  });
  const run = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
  expectRun(run, 0);
  const rules = await sandbox.read("rules");
  assert.match(rules, /elements = \{ 10\.0\.0\.9 \}/);
  assert.match(rules, /ip daddr @blocked4 drop/);
  assert.match(run.after, /set blocked4/);
  assert.doesNotMatch(run.after, /10\.0\.0\.9/);
});

scenarioTest("10.interface without any firewall says so once, and addresses move", async () => {
  await using sandbox = await open({
    ...noIptables,
    setup: noIptables.setup + hide("nft"),
    options: ["CTDB_KILLTCP_USE_SS_KILL=yes"],
    answers: { ss: established },
  });
  const first = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.9", "24");
  const warning = /^WARNING: neither iptables nor nft is installed/m;
  assert.match(first.output, warning);
  assert.ok(acts(first).includes("ip addr del 10.0.0.9/24 dev e0"));
  const second = await sandbox.event("10.interface", "releaseip", "e0", "10.0.0.8", "24");
  assert.ok(acts(second).includes("ip addr del 10.0.0.8/24 dev e0"));
  assert.doesNotMatch(second.output, warning);
  assert.deepEqual([first.status, second.status], [0, 0]);
});
