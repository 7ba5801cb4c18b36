import assert from "node:assert/strict";
import { ControlFlag, RecoveryMode, Srvid, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { entry, Fixture } from "./fake-host.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";

Deno.test("takeip: claims at once, runs the script, announces three times, tells clients", () => {
  const node = new Fixture([entry(A)]);
  const answer = node.takeOver(A);
  assert.equal(answer.status, undefined);
  assert.deepEqual(node.holders(), { [A]: 1 });
  assert.deepEqual(node.references(), { eth0: 1 });
  const { event, args } = node.endEvent();
  assert.equal(event, "takeip");
  assert.deepEqual(args, ["eth0", A, "24"]);
  assert.equal(answer.status, 0);
  assert.deepEqual(node.host.messages, [
    { destination: 1, srvid: Srvid.TAKE_IP, text: `${A}\0` },
  ]);
  assert.deepEqual(node.host.announced, [`${A} eth0`]);
  node.host.clock.advance(1099);
  assert.equal(node.host.announced.length, 1);
  node.host.clock.advance(1);
  assert.equal(node.host.announced.length, 2);
  node.host.clock.advance(10_000);
  assert.equal(node.host.announced.length, 3);
  assert.equal(node.host.clock.pending, 0);
});

Deno.test("takeover: other node -1, unknown address 0, no interface up -1", () => {
  const node = new Fixture([entry(A)]);
  const address = { family: 4, address: A, port: 0 } as const;
  assert.equal(node.control("TAKEOVER_IP", { pnn: 0, address }).status, -1);
  assert.equal(node.takeOver("10.9.9.9").status, 0);
  assert.equal(node.setLink("eth0", false), 0);
  assert.equal(node.takeOver(A).status, -1);
  assert.equal(node.host.running.length, 0);
  assert.deepEqual(node.holders(), { [A]: UNKNOWN_PNN });
});

Deno.test("takeover again of what is here runs nothing", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  assert.equal(node.takeOver(A).status, 0);
  assert.equal(node.host.running.length, 0);
});

Deno.test("an address that is here but held elsewhere: the node bans itself", () => {
  const node = new Fixture([entry(A)]);
  assert.equal(node.release(A, 0).status, 0);
  node.host.kernel.add(A);
  assert.equal(node.takeOver(A).status, -1);
  assert.equal(node.host.bans.length, 1);
  assert.deepEqual(node.holders(), { [A]: 0 });
});

Deno.test("takeip that fails keeps the claim and is found by the check", () => {
  const node = new Fixture([entry(A)]);
  node.addresses.problems();
  const answer = node.takeOver(A);
  node.endEvent(1, { touchKernel: false });
  assert.equal(answer.status, 1);
  assert.deepEqual(node.holders(), { [A]: 1 });
  assert.deepEqual(node.host.announced, []);
  assert.match(node.addresses.problems().join(), /10\.0\.0\.1 should be here/);
});

Deno.test("takeip and releaseip that run out of time count as success", () => {
  const node = new Fixture([entry(A)]);
  const taken = node.takeOver(A);
  node.endEvent(110);
  assert.equal(taken.status, 0);
  assert.deepEqual(node.host.announced, [`${A} eth0`]);
  const released = node.release(A, 2);
  node.endEvent(110);
  assert.equal(released.status, 0);
});

Deno.test("takeip is refused in recovery; the claim stays, as if the script had failed", () => {
  const node = new Fixture([entry(A)]);
  node.host.recoveryMode = RecoveryMode.ACTIVE;
  assert.equal(node.takeOver(A).status, -1);
  assert.equal(node.host.running.length, 0);
  assert.deepEqual(node.holders(), { [A]: 1 });
  assert.deepEqual(node.references(), { eth0: 1 });
});

Deno.test("updateip is refused in recovery and changes nothing", () => {
  const node = new Fixture([entry(A, "eth0", "eth1")]);
  node.hold(A);
  node.setLink("eth0", false);
  node.host.recoveryMode = RecoveryMode.ACTIVE;
  assert.equal(node.takeOver(A).status, -1);
  assert.deepEqual(node.holders(), { [A]: 1 });
  assert.deepEqual(node.assigned(), { [A]: "eth0" });
});

Deno.test("one change of an address at a time", () => {
  const node = new Fixture([entry(A), entry(B)]);
  node.takeOver(A);
  assert.equal(node.takeOver(A).status, -1);
  assert.equal(node.takeOver(B).status, undefined);
  node.host.kernel.add(A);
  assert.equal(node.release(A, 0).status, -1);
  assert.equal(node.host.running.length, 2);
});

Deno.test("interfaces: fewest references, first listed on a tie, never one that is down", () => {
  const c = "10.0.0.3";
  const node = new Fixture([
    entry(A, "eth0", "eth1"),
    entry(B, "eth0", "eth1"),
    entry(c, "eth2", "eth1"),
  ]);
  for (const address of [A, B]) node.hold(address);
  assert.deepEqual(node.assigned(), { [A]: "eth0", [B]: "eth1", [c]: undefined });
  node.setLink("eth2", false);
  node.hold(c);
  assert.equal(node.assigned()[c], "eth1");
  assert.deepEqual(node.references(), { eth2: 0, eth1: 2, eth0: 1 });
});

Deno.test("updateip: the link went down and the address follows", () => {
  const node = new Fixture([entry(A, "eth0", "eth1")]);
  node.hold(A);
  node.setLink("eth0", false);
  const answer = node.takeOver(A);
  const { event, args } = node.endEvent();
  assert.equal(event, "updateip");
  assert.deepEqual(args, ["eth0", "eth1", A, "24"]);
  assert.equal(answer.status, 0);
  assert.deepEqual(node.references(), { eth1: 1, eth0: 0 });
  assert.deepEqual(node.holders(), { [A]: 1 });
  // Announcing is the script's own business.
  assert.equal(node.host.announced.length, 1);
});

Deno.test("the log tells where addresses are and were, as the next release writes it", () => {
  const node = new Fixture([entry(A, "eth0", "eth1"), entry(B, "eth0")]);
  const said = () => node.host.lines.splice(0).filter((line) => /^(Una|A)ssigned: /.test(line));
  node.hold(B);
  node.hold(A);
  assert.deepEqual(said(), [
    `Assigned: ${B} (now on eth0[refs=1])`,
    `Assigned: ${A} (now on eth1[refs=1])`,
  ]);
  node.setLink("eth1", false);
  node.takeOver(A);
  assert.deepEqual(said(), [
    `Unassigned: ${A} (was on eth1[refs=0])`,
    `Assigned: ${A} (now on eth0[refs=2])`,
  ]);
  node.endEvent(1, { touchKernel: false });
  assert.deepEqual(said(), [
    `Unassigned: ${A} (was on eth0[refs=1])`,
    `Assigned: ${A} (now on eth1[refs=1])`,
  ]);
  node.release(B, 0);
  node.endEvent();
  assert.deepEqual(said(), [`Unassigned: ${B} (was on eth0[refs=0])`]);
});

Deno.test("updateip that fails puts the interface back; nobody is holder", () => {
  const node = new Fixture([entry(A, "eth0", "eth1")]);
  node.hold(A);
  node.setLink("eth0", false);
  const answer = node.takeOver(A);
  node.endEvent(110);
  assert.equal(answer.status, 110);
  assert.deepEqual(node.assigned(), { [A]: "eth0" });
  assert.deepEqual(node.references(), { eth1: 0, eth0: 1 });
  assert.deepEqual(node.holders(), { [A]: UNKNOWN_PNN });
});

Deno.test("updateip that fails where there was no interface leaves none", () => {
  const node = new Fixture([entry(A)]);
  node.host.kernel.add(A);
  const answer = node.takeOver(A);
  assert.deepEqual(node.endEvent(1).args, ["__none__", "eth0", A, "24"]);
  assert.equal(answer.status, 1);
  assert.deepEqual(node.assigned(), { [A]: undefined });
  assert.deepEqual(node.references(), { eth0: 0 });
});

Deno.test("updateip: more than one address too many on an interface is evened out", () => {
  const list = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  const node = new Fixture(list.map((address) => entry(address, "eth0", "eth1")));
  node.setLink("eth1", false);
  for (const address of list) node.hold(address);
  assert.deepEqual(node.references(), { eth1: 0, eth0: 3 });
  node.setLink("eth1", true);
  node.takeOver(list[0]!);
  assert.equal(node.endEvent().event, "updateip");
  assert.deepEqual(node.references(), { eth1: 1, eth0: 2 });
  assert.equal(node.takeOver(list[1]!).status, 0);
  assert.equal(node.host.running.length, 0);
});

Deno.test("an address lost by the kernel is taken again, on the better interface", () => {
  const node = new Fixture([entry(A, "eth0", "eth1")]);
  node.hold(A);
  node.host.kernel.delete(A);
  node.setLink("eth0", false);
  node.takeOver(A);
  const { event, args } = node.endEvent();
  assert.equal(event, "takeip");
  assert.deepEqual(args, ["eth1", A, "24"]);
  assert.deepEqual(node.references(), { eth1: 1, eth0: 0 });
});

Deno.test("without address checks each takeover runs takeip, and nothing goes out", () => {
  const node = new Fixture([entry(A)], { checkAddresses: false });
  for (let i = 0; i < 2; i++) {
    const answer = node.takeOver(A);
    assert.equal(node.endEvent(0, { touchKernel: false }).event, "takeip");
    assert.equal(answer.status, 0);
  }
  assert.deepEqual(node.references(), { eth0: 1 });
  assert.deepEqual(node.host.announced, []);
  const released = node.release(A, 0);
  node.endEvent(1, { touchKernel: false });
  assert.equal(released.status, 0);
  assert.deepEqual(node.holders(), { [A]: 0 });
});

Deno.test("an interface that is gone counts as down before an address is put there again", () => {
  const node = new Fixture([entry(A), { ...entry(B), interfaces: ["eth0", "eth1"] }]);
  node.hold(A);
  node.hold(B);
  node.addresses.problems();
  // The interface is deleted, and its addresses with it; no script has looked yet.
  node.host.links.delete("eth0");
  node.host.kernel.clear();
  const problems = node.addresses.problems();
  assert.ok(problems.some((text) => text.includes("its interface is gone: eth0")), `${problems}`);
  const answer = node.takeOver(A);
  assert.deepEqual([answer.status, node.host.running.length], [-1, 0]);
  const flags = ControlFlag.PUBLIC_IP_ONLY_AVAILABLE;
  const available = node.control("GET_PUBLIC_IPS", undefined, { flags }).reply;
  assert.deepEqual(available?.map(({ address }) => address.address), [B]);
  // An address with another interface goes there.
  const other = node.takeOver(B);
  assert.deepEqual(node.endEvent().args, ["eth1", B, "24"]);
  assert.equal(other.status, 0);
  assert.deepEqual(node.host.bans, []);
});

Deno.test("an interface that goes while its script runs: another one is tried, once each", () => {
  const node = new Fixture([{ ...entry(A), interfaces: ["eth0", "eth1"] }]);
  const answer = node.takeOver(A);
  node.host.links.delete("eth0");
  assert.deepEqual(node.endEvent(1, { touchKernel: false }).args[0], "eth0");
  node.host.links.delete("eth1");
  assert.deepEqual(node.endEvent(1, { touchKernel: false }).args[0], "eth1");
  assert.equal(answer.status, -1);
  assert.equal(node.host.running.length, 0);
  assert.deepEqual(node.holders(), { [A]: UNKNOWN_PNN });
});
