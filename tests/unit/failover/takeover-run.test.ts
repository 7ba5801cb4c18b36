import assert from "node:assert/strict";
import fc from "fast-check";
import { Cancelled, run } from "../../../lib/base/mod.ts";
import type { ClusterClient } from "../../../lib/client/mod.ts";
import {
  allocate,
  gatherAllocationInput,
  type TakeoverContext,
  TakeoverError,
  takeoverRun,
} from "../../../lib/failover/mod.ts";
import { decode, NodeFlag, Srvid, u32, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { endOf } from "../base/end-of.ts";
import { FakeCluster } from "./fake-cluster.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";

const ALL_STAGES = [
  "GET_ALL_TUNABLES",
  "GET_NODEMAP",
  "GET_PUBLIC_IPS",
  "START_IPREALLOCATE",
  "RELEASE_IP",
  "TAKEOVER_IP",
  "IPREALLOCATED",
];

/** Who was reported for a ban, if anybody. */
function banned(cluster: FakeCluster): number[] {
  return cluster.messages.map(({ destination, srvid, data }) => {
    assert.equal(destination, 0);
    assert.equal(srvid, Srvid.BANNING);
    return decode(u32, data);
  });
}

/** A run that fails; lets time pass so that what is not answered times out. */
function failingRun(cluster: FakeCluster): void {
  const errors: unknown[] = [];
  run(takeoverRun(cluster.context()), {
    done: () => assert.fail("the run succeeded"),
    failed: (error) => errors.push(error),
  });
  while (errors.length === 0) cluster.clock.advance(1000);
  assert.ok(errors[0] instanceof TakeoverError);
}

Deno.test("a run goes through all stages and gives each address to one node", async () => {
  const cluster = new FakeCluster(3, [A, B]);
  const { allocation } = await endOf(takeoverRun(cluster.context()));
  assert.deepEqual(cluster.stages(), ALL_STAGES);
  assert.deepEqual(cluster.holders(), { [B]: [0], [A]: [1] });
  assert.deepEqual(allocation?.assignments.map(({ pnn }) => pnn), [0, 1]);
  assert.deepEqual(cluster.messages, []);
});

Deno.test("a second run repeats releases and takeovers, though nothing changes", async () => {
  const cluster = new FakeCluster(3, [A, B]);
  await endOf(takeoverRun(cluster.context()));
  const before = cluster.holders();
  cluster.sent.length = 0;
  await endOf(takeoverRun(cluster.context()));
  assert.deepEqual(cluster.stages(), ALL_STAGES);
  assert.equal(cluster.sent.filter(({ name }) => name === "RELEASE_IP").length, 4);
  assert.equal(cluster.sent.filter(({ name }) => name === "TAKEOVER_IP").length, 2);
  assert.deepEqual(cluster.holders(), before);
});

Deno.test("known lists come from all connected nodes, available ones from active nodes", async () => {
  const cluster = new FakeCluster(5, [A]);
  cluster.nodes[1]!.flags = NodeFlag.BANNED;
  cluster.nodes[2]!.flags = NodeFlag.DISCONNECTED | NodeFlag.UNHEALTHY;
  cluster.nodes[3]!.known.clear();
  await endOf(takeoverRun(cluster.context()));
  const asked = cluster.sent.filter(({ name }) => name === "GET_PUBLIC_IPS").map(({ pnn }) => pnn);
  assert.deepEqual(asked, [0, 1, 3, 4, 0, 4]);
  const released = cluster.sent.filter(({ name }) => name === "RELEASE_IP").map(({ pnn }) => pnn);
  assert.deepEqual(released, [1, 4], "the banned node too, but not those that do not know it");
  const ended = cluster.sent.filter(({ name }) => name === "IPREALLOCATED").map(({ pnn }) => pnn);
  assert.deepEqual(ended, [0, 1, 3, 4]);
});

Deno.test("releases name the new holder; without one, nobody", async () => {
  const cluster = new FakeCluster(2, [A, B]);
  cluster.nodes[0]!.available.delete(A);
  cluster.nodes[1]!.available.clear();
  cluster.nodes[1]!.known.set(A, 1);
  await endOf(takeoverRun(cluster.context()));
  const releases = cluster.sent.filter(({ name }) => name === "RELEASE_IP")
    .map(({ pnn, ip }) => `${ip?.address.address} at ${pnn} for ${ip?.pnn}`);
  assert.deepEqual(releases.sort(), [
    `${A} at 0 for ${UNKNOWN_PNN}`,
    `${A} at 1 for ${UNKNOWN_PNN}`,
    `${B} at 1 for 0`,
  ]);
  assert.deepEqual(cluster.holders(), { [A]: [], [B]: [0] });
});

Deno.test("failover disabled: only IPREALLOCATED", async () => {
  const cluster = new FakeCluster(2, [A]);
  await endOf(takeoverRun(cluster.context({ failoverDisabled: true })));
  assert.deepEqual(cluster.stages(), ["GET_ALL_TUNABLES", "GET_NODEMAP", "IPREALLOCATED"]);
});

Deno.test("nobody holds and nobody could: straight to the end", async () => {
  const cluster = new FakeCluster(2, [A]);
  cluster.fail(0);
  cluster.fail(1);
  await endOf(takeoverRun(cluster.context()));
  assert.deepEqual(cluster.stages(), [...ALL_STAGES.slice(0, 3), "IPREALLOCATED"]);
  cluster.nodes[1]!.known.set(A, 1);
  cluster.sent.length = 0;
  await endOf(takeoverRun(cluster.context()));
  assert.ok(cluster.stages().includes("RELEASE_IP"), "a claim is released");
  assert.ok(!cluster.stages().includes("TAKEOVER_IP"));
});

Deno.test("a node of 4.17 does not know START_IPREALLOCATE, and the run goes on", async () => {
  const cluster = new FakeCluster(2, [A]);
  cluster.faults.set("START_IPREALLOCATE 1", -1);
  await endOf(takeoverRun(cluster.context()));
  assert.deepEqual(cluster.stages(), ALL_STAGES);
});

Deno.test("a startipreallocate event that fails, or is not answered, ends the run", () => {
  for (const fault of [110, "silent"] as const) {
    const cluster = new FakeCluster(2, [A]);
    cluster.faults.set("START_IPREALLOCATE 1", fault);
    failingRun(cluster);
    assert.deepEqual(cluster.stages(), ALL_STAGES.slice(0, 4));
    assert.deepEqual(banned(cluster), [1]);
  }
});

Deno.test("a failed stage is the last one; of its failures the first costs a credit", () => {
  for (const stage of ["GET_PUBLIC_IPS", "IPREALLOCATED"] as const) {
    const cluster = new FakeCluster(3, [A]);
    cluster.faults.set(`${stage} 2`, -1);
    cluster.faults.set(`${stage} 1`, "silent");
    failingRun(cluster);
    assert.equal(cluster.stages().at(-1), stage);
    assert.deepEqual(banned(cluster), [2], "node 2 failed first, node 1 timed out later");
  }
});

Deno.test("no credits for the first two questions", () => {
  for (const stage of ["GET_ALL_TUNABLES", "GET_NODEMAP"] as const) {
    const cluster = new FakeCluster(2, [A]);
    cluster.faults.set(`${stage} 0`, -1);
    failingRun(cluster);
    assert.deepEqual(banned(cluster), []);
  }
});

Deno.test("a failed takeover: the others are carried out, IPREALLOCATED is not sent", () => {
  const cluster = new FakeCluster(2, [A, B]);
  cluster.faults.set(`TAKEOVER_IP 1`, 1);
  failingRun(cluster);
  assert.deepEqual(cluster.stages(), ALL_STAGES.slice(0, 6));
  assert.deepEqual(cluster.holders(), { [B]: [0], [A]: [] });
  assert.deepEqual(banned(cluster), [1]);
});

Deno.test("the node with most credits is reported, the lowest pnn on a tie", () => {
  const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];
  const reported = (failingAt1: number, failingAt2: number) => {
    const cluster = new FakeCluster(3, addresses);
    cluster.fail(1);
    cluster.fail(2);
    addresses.slice(0, failingAt1).forEach((a) => cluster.faults.set(`RELEASE_IP 1 ${a}`, -1));
    addresses.slice(5 - failingAt2).forEach((a) => cluster.faults.set(`RELEASE_IP 2 ${a}`, -1));
    failingRun(cluster);
    return banned(cluster);
  };
  assert.deepEqual(reported(2, 3), [2]);
  assert.deepEqual(reported(3, 2), [1]);
  assert.deepEqual(reported(2, 2), [1]);
});

Deno.test("EnableBans 0: nobody is reported", () => {
  const cluster = new FakeCluster(2, [A]);
  cluster.tunables = { ...cluster.tunables, EnableBans: 0 };
  cluster.faults.set("RELEASE_IP 1", -1);
  failingRun(cluster);
  assert.deepEqual(cluster.messages, []);
});

Deno.test("all stages behind the calculation share three times TakeoverTimeout", () => {
  const cluster = new FakeCluster(2, [A]);
  cluster.faults.set("TAKEOVER_IP 0", "silent");
  failingRun(cluster);
  assert.ok(cluster.clock.now() >= 27_000 && cluster.clock.now() < 30_000);
});

Deno.test("a lost leadership aborts the run without ban credits", () => {
  const cluster = new FakeCluster(2, [A]);
  cluster.faults.set("RELEASE_IP 1", "silent");
  const errors: unknown[] = [];
  const running = run(takeoverRun(cluster.context()), { failed: (error) => errors.push(error) });
  assert.equal(cluster.stages().at(-1), "RELEASE_IP");
  running.cancel("this node does not lead");
  assert.ok(errors[0] instanceof Cancelled);
  assert.deepEqual(cluster.messages, []);
  assert.equal(cluster.stages().at(-1), "RELEASE_IP");
});

Deno.test("home_nodes is read for the deterministic algorithm only", async () => {
  let reads = 0;
  const readHomeNodes: TakeoverContext["readHomeNodes"] = (done) => {
    reads++;
    done([{ address: A, pnn: 1 }]);
  };
  for (const [algorithm, holder, expected] of [[2, 0, 0], [0, 1, 1]] as const) {
    const cluster = new FakeCluster(2, [A]);
    cluster.tunables = { ...cluster.tunables, IPAllocAlgorithm: algorithm };
    await endOf(takeoverRun(cluster.context({ readHomeNodes })));
    assert.deepEqual(cluster.holders(), { [A]: [holder] });
    assert.equal(reads, expected);
  }
});

Deno.test("a dry run sees what a run would decide, and changes nothing", async () => {
  const cluster = new FakeCluster(4, [A, B]);
  cluster.fail(0);
  cluster.nodes[3]!.flags = NodeFlag.DISCONNECTED;
  const { client: own } = cluster.context();
  const client: Pick<ClusterClient, "control"> = {
    control: (pnn, name, request, options) => endOf(own.control(pnn, name, request, options)),
  };
  const foreseen = allocate(await gatherAllocationInput(client, 0, { timeout_ms: 1000 }));
  assert.deepEqual(cluster.holders(), { [A]: [], [B]: [] });
  const { allocation } = await endOf(takeoverRun(cluster.context()));
  assert.deepEqual(foreseen, allocation);
});

Deno.test("whatever fails: once a run succeeds, each address that can be is on one node", async () => {
  const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.1"];
  const names = ["START_IPREALLOCATE", "RELEASE_IP", "TAKEOVER_IP", "IPREALLOCATED"];
  const fault = fc.record({ name: fc.constantFrom(...names), pnn: fc.nat(3), ip: fc.nat(3) });
  const rounds = fc.array(
    fc.record({ faults: fc.array(fault, { maxLength: 3 }), down: fc.nat(3) }),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(rounds, fc.nat(2), async (steps, algorithm) => {
      const cluster = new FakeCluster(4, addresses);
      cluster.tunables = { ...cluster.tunables, IPAllocAlgorithm: algorithm };
      for (const { faults, down } of steps) {
        for (const { available } of cluster.nodes) {
          for (const address of addresses) available.add(address);
        }
        cluster.nodes[down]!.available.clear();
        for (const { name, pnn, ip } of faults) {
          const perAddress = name === "RELEASE_IP" || name === "TAKEOVER_IP";
          cluster.faults.set(`${name} ${pnn}${perAddress ? ` ${addresses[ip]}` : ""}`, 1);
        }
        await endOf(takeoverRun(cluster.context())).catch(() => {});
        cluster.faults.clear();
      }
      await endOf(takeoverRun(cluster.context()));
      for (const holders of Object.values(cluster.holders())) assert.equal(holders.length, 1);
    }),
    { numRuns: 100 },
  );
});
