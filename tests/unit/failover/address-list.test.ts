import assert from "node:assert/strict";
import { PublicAddressError } from "../../../lib/failover/mod.ts";
import {
  BROADCAST_CONNECTED,
  ControlFlag,
  NodeFlag,
  parseSocketAddress,
  RunState,
  Srvid,
  UNKNOWN_PNN,
} from "../../../lib/wire/mod.ts";
import { entry, Fixture } from "./fake-host.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";

function known(node: Fixture, flags = 0): string[] {
  const list = node.control("GET_PUBLIC_IPS", undefined, { flags }).reply ?? [];
  return list.map(({ address }) => address.address);
}

const available = (node: Fixture) => known(node, ControlFlag.PUBLIC_IP_ONLY_AVAILABLE);

function info(address: string, names: string | null) {
  return { address: parseSocketAddress(address), maskBits: 24, interface: names };
}

Deno.test("addresses and interfaces are listed last first", () => {
  const node = new Fixture([entry(A, "eth1", "eth0"), entry(B, "eth2", "eth1")]);
  assert.deepEqual(known(node), [B, A]);
  const names = node.control("GET_IFACES", undefined).reply?.map(({ name }) => name);
  assert.deepEqual(names, ["eth2", "eth0", "eth1"]);
});

Deno.test("load refuses addresses that are there twice and interfaces that are not there", () => {
  assert.throws(() => new Fixture([entry(A), entry(A)]), PublicAddressError);
  assert.throws(() => new Fixture([entry(A, "eth7")]), /eth7/);
});

Deno.test("available: running, no bad flag, an interface up, not about to go", () => {
  const node = new Fixture([entry(A, "eth0", "eth1"), entry(B, "eth2")]);
  assert.deepEqual(available(node), [B, A]);
  for (const runstate of [RunState.INIT, RunState.STARTUP, RunState.SHUTDOWN]) {
    node.host.runstate = runstate;
    assert.deepEqual(available(node), []);
  }
  node.host.runstate = RunState.RUNNING;
  for (const flag of Object.values(NodeFlag)) {
    node.host.flags = flag;
    assert.deepEqual(available(node), [], `flag ${flag}`);
  }
  node.host.flags = 0;
  node.setLink("eth0", false);
  node.setLink("eth2", false);
  assert.deepEqual(available(node), [A]);
  node.hold(A);
  node.control("DEL_PUBLIC_IP", info(A, null));
  assert.deepEqual(available(node), []);
  assert.deepEqual(known(node), [B, A]);
});

Deno.test("info: holder, interfaces with references, the one in use", () => {
  const node = new Fixture([entry(A, "eth0", "eth1")]);
  assert.equal(node.control("GET_PUBLIC_IP_INFO", parseSocketAddress(B)).status, -1);
  node.setLink("eth0", false);
  const before = node.control("GET_PUBLIC_IP_INFO", parseSocketAddress(A)).reply;
  assert.equal(before?.activeIndex, 0xffffffff);
  assert.equal(before?.ip.pnn, UNKNOWN_PNN);
  node.hold(A);
  const after = node.control("GET_PUBLIC_IP_INFO", parseSocketAddress(A)).reply;
  assert.deepEqual(after, {
    ip: { pnn: 1, address: parseSocketAddress(A) },
    activeIndex: 1,
    interfaces: [
      { name: "eth0", linkUp: false, references: 0 },
      { name: "eth1", linkUp: true, references: 1 },
    ],
  });
});

Deno.test("link state: tracked interfaces only, references must be 0", () => {
  const node = new Fixture([entry(A)]);
  assert.equal(node.setLink("eth0", true), 0);
  assert.equal(node.setLink("eth5", true), -1);
  const odd = { name: "eth0", linkUp: false, references: 1 };
  assert.equal(node.control("SET_IFACE_LINK_STATE", odd).status, -1);
  assert.deepEqual(available(node), [A]);
});

Deno.test("addip: interfaces by comma; -1 for what is known or has no such interface", () => {
  const node = new Fixture([]);
  assert.equal(node.control("ADD_PUBLIC_IP", info(A, "eth0,,eth1")).status, 0);
  assert.deepEqual(node.addresses.status()[0]?.interfaces, ["eth0", "eth1"]);
  assert.equal(node.control("ADD_PUBLIC_IP", info(A, "eth0")).status, -1);
  assert.equal(node.control("ADD_PUBLIC_IP", info(B, "eth9")).status, -1);
  assert.equal(node.control("ADD_PUBLIC_IP", info(B, "")).status, 0);
  assert.deepEqual(known(node), [B, A]);
  assert.deepEqual(available(node), [A], "an address without interface can be nowhere");
});

Deno.test("addip: an interface by its alternative name, which may be a long one", () => {
  const node = new Fixture([]);
  node.host.altnames.set("the-interface-of-the-public-addresses", "eth1").set("public0", "eth1");
  const names = "the-interface-of-the-public-addresses,eth0,public0";
  assert.equal(node.control("ADD_PUBLIC_IP", info(A, names)).status, 0);
  assert.deepEqual(node.addresses.status()[0]?.interfaces, ["eth1", "eth0"]);
  assert.equal(node.setLink("eth1", false), 0);
});

Deno.test("delip: at once where it is not held, with the release where it is", () => {
  const node = new Fixture([entry(A, "eth0"), entry(B, "eth1")]);
  assert.equal(node.control("DEL_PUBLIC_IP", info("10.9.9.9", null)).status, -1);
  assert.equal(node.control("DEL_PUBLIC_IP", info(B, null)).status, 0);
  assert.deepEqual(known(node), [A]);
  assert.deepEqual(node.references(), { eth0: 0 }, "eth1 is of no more interest");
  node.hold(A);
  assert.equal(node.control("DEL_PUBLIC_IP", info(A, null)).status, 0);
  assert.equal(node.control("ADD_PUBLIC_IP", info(A, "eth0")).status, -1, "still there");
  node.release(A, 0);
  node.endEvent();
  assert.deepEqual(known(node), []);
});

Deno.test("reloadips: missing addresses go, new ones come, the node asks to be rebalanced", () => {
  const node = new Fixture([entry(A), entry(B)]);
  node.hold(A);
  node.host.messages.length = 0;
  const answer = node.control("RELOAD_PUBLIC_IPS", undefined);
  assert.equal(answer.status, undefined);
  node.host.fileReads.shift()?.({ entries: [entry("10.0.0.3", "eth2"), entry(B, "eth1")] });
  assert.equal(answer.status, 0);
  assert.deepEqual(known(node), ["10.0.0.3", B, A]);
  assert.equal(node.addresses.status().find((s) => s.address === A)?.deletionPending, true);
  assert.deepEqual(node.addresses.status().find((s) => s.address === B)?.interfaces, ["eth0"]);
  assert.deepEqual(node.host.messages.map(({ destination, srvid }) => ({ destination, srvid })), [
    { destination: BROADCAST_CONNECTED, srvid: Srvid.REBALANCE_NODE },
  ]);
});

Deno.test("reloadips: a bad file changes nothing", () => {
  const node = new Fixture([entry(A)]);
  const unreadable = node.control("RELOAD_PUBLIC_IPS", undefined);
  node.host.fileReads.shift()?.({ error: "no" });
  assert.equal(unreadable.status, -1);
  const unknownInterface = node.control("RELOAD_PUBLIC_IPS", undefined);
  node.host.fileReads.shift()?.({ entries: [entry(B), entry("10.0.0.3", "eth9")] });
  assert.equal(unknownInterface.status, -1);
  assert.deepEqual(known(node), [A]);
  assert.equal(node.host.messages.length, 0);
});

Deno.test("reloadips: a second one ends the first, two minutes end any", () => {
  const node = new Fixture([entry(A)]);
  const first = node.control("RELOAD_PUBLIC_IPS", undefined);
  const second = node.control("RELOAD_PUBLIC_IPS", undefined);
  assert.equal(first.status, -1);
  node.host.fileReads.shift()?.({ entries: [] });
  assert.deepEqual(known(node), [A], "the first one's answer comes too late");
  node.host.clock.advance(120_000);
  assert.equal(second.status, -1);
  node.host.fileReads.shift()?.({ entries: [] });
  assert.deepEqual(known(node), [A]);
  assert.equal(node.host.clock.pending, 0);
});

Deno.test("gratarp: three times, a second apart, answered at once", () => {
  const node = new Fixture([]);
  assert.equal(node.control("SEND_GRATUITOUS_ARP", info(A, "eth5")).status, 0);
  assert.equal(node.host.announced.length, 1);
  node.host.clock.advance(2000);
  assert.deepEqual(node.host.announced, new Array(3).fill(`${A} eth5`));
  assert.equal(node.host.clock.pending, 0);
});

Deno.test("stop leaves no timer behind", () => {
  const node = new Fixture([entry(A)]);
  node.addresses.start();
  node.hold(A);
  node.addresses.recoveryModeSet(1);
  node.control("SEND_GRATUITOUS_ARP", info(A, "eth0"));
  const reload = node.control("RELOAD_PUBLIC_IPS", undefined);
  assert.ok(node.host.clock.pending >= 5);
  node.addresses.stop();
  assert.equal(node.host.clock.pending, 0);
  assert.equal(reload.status, -1);
});
