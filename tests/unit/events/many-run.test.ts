/** Address events that wait behind each other are run together, as far as scripts know how. */
import assert from "node:assert/strict";
import { Errno } from "../../../lib/base/mod.ts";
import type { VirtualRun } from "../../../lib/events/mod.ts";
import { MAX_EVENTS_TOGETHER } from "../../../lib/limits/mod.ts";
import { createRig } from "./rig.ts";

const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
const failed = (code: number, ...addresses: string[]): VirtualRun => ({
  duration_ms: 10,
  end: { how: "exit", code },
  output: addresses.map((address) => `failed: ${address}\n`).join(""),
});

function open() {
  const { clock, scripts, runner, lines } = createRig();
  const calls: string[] = [];
  const ended: string[] = [];
  const script = (name: string, run: (args: readonly string[]) => VirtualRun = () => ({})) => {
    scripts.set("legacy", name, (args) => {
      calls.push(`${name} ${args.join(" ")}`);
      return run(args);
    });
    if (name === "10.interface") scripts.setMany("legacy", name, ["takeip", "releaseip"]);
  };
  const take = (address: string, event = "takeip") =>
    runner.start({ event, args: `eth0 ${address} 24`, timeout_s: 30 }, (result) => {
      ended.push(`${address} ${result}`);
    });
  script("10.interface");
  return { clock, scripts, runner, lines, calls, ended, script, take };
}

const triples = (addresses: readonly string[]) => addresses.map((a) => `eth0 ${a} 24`).join(" ");

Deno.test("what waits goes together to a script that knows many, to others one by one", () => {
  const { clock, calls, ended, script, take } = open();
  for (const name of ["06.nfs", "50.samba", "60.nfs"]) script(name);
  for (const address of ADDRESSES) take(address);
  clock.advance(1000);
  const [first, ...others] = ADDRESSES;
  const names = ["06.nfs", "10.interface", "50.samba", "60.nfs"];
  assert.deepEqual(calls, [
    // The first found nobody to go with.
    ...names.map((name) => `${name} takeip eth0 ${first} 24`),
    ...others.map((address) => `06.nfs takeip eth0 ${address} 24`),
    `10.interface takeip-many ${triples(others)}`,
    ...others.flatMap((address) =>
      ["50.samba", "60.nfs"].map((name) => `${name} takeip eth0 ${address} 24`)
    ),
  ]);
  assert.deepEqual(ended, ADDRESSES.map((address) => `${address} 0`));
});

Deno.test("a site whose scripts know no many sees what it always saw", () => {
  const { clock, scripts, calls, ended, script, take } = open();
  script("50.samba");
  scripts.setMany("legacy", "10.interface", ["releaseip"]);
  for (const address of ADDRESSES) take(address);
  clock.advance(1000);
  assert.deepEqual(
    calls,
    ADDRESSES.flatMap((address) =>
      ["10.interface", "50.samba"].map((name) => `${name} takeip eth0 ${address} 24`)
    ),
  );
  assert.equal(ended.length, ADDRESSES.length);
});

Deno.test("only those that are named have failed, and go no further", () => {
  const { clock, runner, calls, ended, script, take } = open();
  script("10.interface", ([event]) => event === "takeip-many" ? failed(1, "10.0.0.3") : {});
  script("50.samba");
  for (const address of ADDRESSES) take(address);
  clock.advance(1000);
  const well = ["10.0.0.1", "10.0.0.2", "10.0.0.4"];
  assert.deepEqual(
    calls.filter((call) => call.startsWith("50.samba")),
    well.map((address) => `50.samba takeip eth0 ${address} 24`),
  );
  assert.deepEqual(
    ended.toSorted(),
    ADDRESSES.map((a) => `${a} ${a === "10.0.0.3" ? Errno.ENOEXEC : 0}`),
  );
  const record = runner.lastRun("legacy", "takeip");
  assert.deepEqual(record?.scripts.map(({ name, result }) => [name, result]), [
    ["10.interface", 0],
    ["50.samba", 0],
  ]);
});

Deno.test("a script that fails without a name has failed for all", () => {
  const { clock, ended, script, take } = open();
  script("10.interface", ([event]) => event === "takeip-many" ? failed(1) : {});
  for (const address of ADDRESSES) take(address);
  clock.advance(1000);
  const [first, ...others] = ADDRESSES;
  assert.deepEqual(ended, [`${first} 0`, ...others.map((a) => `${a} ${Errno.ENOEXEC}`)]);
});

Deno.test("a script that hangs is over when the time of the first is over", () => {
  const { clock, runner, ended, script, take } = open();
  script("10.interface", ([event]) => ({ duration_ms: event === "takeip" ? 1 : Infinity }));
  for (const address of ADDRESSES) take(address);
  clock.advance(29_999);
  assert.deepEqual(ended, [`${ADDRESSES[0]} 0`]);
  clock.advance(1);
  assert.deepEqual(ended.slice(1), ADDRESSES.slice(1).map((a) => `${a} ${Errno.ETIMEDOUT}`));
  assert.equal(runner.hungScripts, 1);
});

Deno.test("other events keep their place; of a thousand so many go together at a time", () => {
  const { clock, calls, ended, take } = open();
  const many = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
  for (const address of many) take(address);
  take("10.9.9.9", "releaseip");
  clock.advance(10_000);
  assert.equal(ended.length, many.length + 1);
  assert.equal(ended.at(-1), "10.9.9.9 0");
  assert.equal(calls.at(-1), "10.interface releaseip eth0 10.9.9.9 24");
  assert.equal(calls.length, 1 + Math.ceil(999 / MAX_EVENTS_TOGETHER) + 1);
});

Deno.test("the end of the daemon answers each once", async () => {
  const { clock, runner, ended, script, take } = open();
  script("10.interface", () => ({ duration_ms: 100 }));
  script("50.samba", () => ({ duration_ms: 100 }));
  for (const address of ADDRESSES) take(address);
  // The first is done, the second behind the script for many.
  clock.advance(450);
  await runner.close();
  clock.advance(1000);
  assert.deepEqual(ended.map((line) => line.split(" ")[0]).toSorted(), ADDRESSES);
});
