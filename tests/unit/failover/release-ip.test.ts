import assert from "node:assert/strict";
import { NodeFlag, RecoveryMode, RunState, Srvid, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { entry, Fixture } from "./fake-host.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";

Deno.test("release: runs the script, tells clients, remembers the new holder", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.host.messages.length = 0;
  const answer = node.release(A, 2);
  const { event, args } = node.endEvent();
  assert.equal(event, "releaseip");
  assert.deepEqual(args, ["eth0", A, "24"]);
  assert.equal(answer.status, 0);
  assert.deepEqual(node.host.messages, [
    { destination: 1, srvid: Srvid.RELEASE_IP, text: `${A}\0` },
  ]);
  assert.deepEqual(node.holders(), { [A]: 2 });
  assert.deepEqual(node.references(), { eth0: 0 });
  assert.equal(node.host.clock.pending, 0, "announcements end with the release");
});

Deno.test("release of what is not here only records the holder", () => {
  const node = new Fixture([entry(A)]);
  assert.equal(node.release("10.9.9.9", 0).status, 0);
  assert.equal(node.release(A, 2).status, 0);
  assert.deepEqual(node.holders(), { [A]: 2 });
  assert.equal(node.release(A, 1).status, 0);
  assert.deepEqual(node.holders(), { [A]: UNKNOWN_PNN }, "not even the node itself has it");
  assert.equal(node.host.messages.length, 0);
  assert.equal(node.host.running.length, 0);
});

Deno.test("release fails only if the address is still there, whatever the script says", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  const stuck = node.release(A, 2);
  node.endEvent(0, { touchKernel: false });
  assert.equal(stuck.status, -1);
  assert.deepEqual(node.holders(), { [A]: 1 });
  const gone = node.release(A, 2);
  node.endEvent(1);
  assert.equal(gone.status, 0);
  assert.deepEqual(node.holders(), { [A]: 2 });
});

Deno.test("release of an address that nobody assigned here", () => {
  const node = new Fixture([entry(A)]);
  node.host.kernel.add(A);
  node.host.recoveryMode = RecoveryMode.ACTIVE;
  const answer = node.release(A, 0);
  assert.deepEqual(node.endEvent().args, ["__none__", A, "24"]);
  assert.equal(answer.status, 0);
});

Deno.test("release all: at once, so that the events run together; what fails stays", () => {
  const node = new Fixture([entry(A), entry(B), entry("10.0.0.3")]);
  node.hold(A);
  node.hold(B);
  const released: number[] = [];
  node.addresses.releaseAll((count) => released.push(count));
  assert.equal(node.host.running.length, 2);
  node.endEvent(1); // B: gone, but the event failed
  assert.deepEqual(released, []);
  node.endEvent(0); // A
  assert.deepEqual(released, [1]);
  assert.deepEqual(node.holders(), { [A]: UNKNOWN_PNN, [B]: 1, "10.0.0.3": UNKNOWN_PNN });
});

Deno.test("release of what the node releases by itself is answered when that is done", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.addresses.releaseAll();
  const answer = node.release(A, 2);
  const again = node.release(A, 0);
  assert.equal(answer.status, undefined);
  node.endEvent();
  assert.deepEqual([answer.status, again.status], [0, 0]);
  assert.equal(node.host.running.length, 0);
  assert.deepEqual(node.holders(), { [A]: 0 });
});

Deno.test("release of what could not be released is tried once more by whoever waited", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.addresses.releaseAll();
  const answer = node.release(A, 2);
  node.endEvent(1, { touchKernel: false });
  assert.equal(answer.status, undefined);
  assert.equal(node.endEvent().event, "releaseip");
  assert.equal(answer.status, 0);
});

Deno.test("release all does nothing where failover is disabled", () => {
  const node = new Fixture([entry(A)], { failoverDisabled: true });
  node.takeOver(A);
  node.endEvent();
  node.addresses.releaseAll();
  assert.equal(node.host.running.length, 0);
});

Deno.test("too long in recovery: all addresses go", () => {
  const node = new Fixture([entry(A)]);
  node.hold(A);
  node.host.clock.advance(10_000);
  node.addresses.recoveryModeSet(RecoveryMode.ACTIVE);
  node.host.clock.advance(119_000);
  node.addresses.recoveryModeSet(RecoveryMode.ACTIVE);
  node.host.clock.advance(119_999);
  assert.equal(node.host.running.length, 0, "each switch to ACTIVE starts the time anew");
  node.host.clock.advance(1);
  assert.equal(node.host.running[0]?.event, "releaseip");
});

Deno.test("back to normal, or inactive: no such timer", () => {
  const node = new Fixture([entry(A)]);
  node.addresses.recoveryModeSet(RecoveryMode.ACTIVE);
  node.addresses.recoveryModeSet(RecoveryMode.NORMAL);
  assert.equal(node.host.clock.pending, 0);
  node.addresses.recoveryModeSet(RecoveryMode.ACTIVE, { dropTimer: false });
  assert.equal(node.host.clock.pending, 0);
});

Deno.test("ipreallocated runs always and tells clients whatever came of it", () => {
  const node = new Fixture([]);
  node.host.recoveryMode = RecoveryMode.ACTIVE;
  node.host.runstate = RunState.STARTUP;
  const answer = node.control("IPREALLOCATED", undefined);
  assert.equal(node.host.running[0]?.event, "ipreallocated");
  node.host.running[0].end(110);
  assert.equal(answer.status, 110);
  assert.deepEqual(node.host.messages, [{ destination: 1, srvid: Srvid.IPREALLOCATED, text: "" }]);
});

Deno.test("startipreallocate runs only once the node is running", () => {
  const node = new Fixture([]);
  node.host.runstate = RunState.STARTUP;
  assert.equal(node.control("START_IPREALLOCATE", undefined).status, 0);
  assert.equal(node.host.messages.length, 0);
  node.host.runstate = RunState.RUNNING;
  const answer = node.control("START_IPREALLOCATE", undefined);
  node.host.running[0]?.end(0);
  assert.equal(answer.status, 0);
  assert.equal(node.host.messages[0]?.srvid, Srvid.START_IPREALLOCATE);
});

Deno.test("the check asks for a run: first pass, unhosted, lost, and superfluous addresses", () => {
  const node = new Fixture([entry(A)]);
  assert.match(node.addresses.problems().join(), /first look.*could be here/);
  assert.match(node.addresses.problems().join(), /^10\.0\.0\.1 is hosted by nobody/);
  node.host.flags = NodeFlag.UNHEALTHY;
  assert.deepEqual(node.addresses.problems(), []);
  node.host.flags = 0;
  node.hold(A);
  assert.deepEqual(node.addresses.problems(), []);
  node.host.kernel.delete(A);
  assert.match(node.addresses.problems().join(), /should be here/);
  node.release(A, 0);
  node.host.kernel.add(A);
  assert.match(node.addresses.problems().join(), /should not be here/);
  node.host.kernel.delete(A);
  node.setLink("eth0", false);
  assert.match(node.addresses.problems().join(), /interfaces have changed/);
  assert.deepEqual(node.addresses.problems(), []);
});

Deno.test("the check says nothing where failover is disabled, and looks not at the kernel in tests", () => {
  const disabled = new Fixture([entry(A)], { failoverDisabled: true });
  assert.deepEqual(disabled.addresses.problems(), []);
  const blind = new Fixture([entry(A)], { checkAddresses: false });
  blind.addresses.problems();
  blind.takeOver(A);
  blind.endEvent(0, { touchKernel: false });
  assert.deepEqual(blind.addresses.problems(), []);
});
