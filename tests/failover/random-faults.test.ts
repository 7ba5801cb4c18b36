import assert from "node:assert/strict";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { testSeed } from "../../testing/test-seed.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { ours } from "../../testing/cluster/daemon-kind.ts";
import { ArpProber } from "./support/arp-prober.ts";
import { type Fault, faults } from "../../testing/lab/faults.ts";
import type { Host } from "../../testing/lab/host.ts";
import { LabClient } from "../../testing/lab/lab-client.ts";
import { Lab } from "../../testing/lab/lab.ts";

const available = Lab.available();
const ROUNDS = Number(Deno.env.get("CTDB_FAILOVER_ROUNDS") ?? 5);
const LONGEST_PAUSE_MS = 3000;
const TWO_FAULTS = 0.3;
/** Trouble is noticed soon, so that a round is short. */
const QUICK = ["KeepaliveInterval=1", "KeepaliveLimit=4", "MonitorInterval=2"];

Deno.test({
  name: `${ROUNDS} rounds of random faults (needs root, network namespaces, Debian's ctdb)`,
  ignore: !available,
  async fn() {
    const random = new SeededRandom(testSeed());
    await using lab = await Lab.start({
      hosts: [ours, ours, ours],
      addresses: 4,
      tunables: QUICK,
    });
    await using client = await LabClient.start(lab, lab.addresses[0]!, 500);
    await using prober = new ArpProber(lab, client.pid);
    const story: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await suffersRandomly(lab, random, story);
      await lab.untilHealthy();
      await untilServed(lab, client, story);
      assert.deepEqual(prober.conflicts(), [], story.slice(-6).join("\n"));
    }
    assert.ok(prober.probes > ROUNDS);
    await prober.untilKnown();
  },
});

/** One host or two at once get into trouble, for a while or hardly at all. */
async function suffersRandomly(lab: Lab, random: SeededRandom, story: string[]): Promise<void> {
  const hosts = shuffled(lab.hosts, random).slice(0, random.chance(TWO_FAULTS) ? 2 : 1);
  const troubles = hosts.map((host) => ({
    host,
    fault: random.pick(Object.values<Fault>(faults)),
  }));
  for (const { host, fault } of troubles) {
    story.push(told("begin", fault, host));
    await attempt(() => fault.begin(host));
    await pause(random.between(0, LONGEST_PAUSE_MS));
  }
  for (const { host, fault } of shuffled(troubles, random)) {
    story.push(told("end", fault, host));
    await attempt(() => fault.end(host));
  }
}

function told(what: string, { name }: Fault, { index }: Host): string {
  return `${new Date().toISOString()} ${what} ${name} host ${index}`;
}

/** A tool may fail while half of the cluster is down; the flags are looked at in the end. */
async function attempt(act: () => unknown): Promise<void> {
  await waitFor("a fault can begin or end", async () => {
    await act();
    return true;
  }, { interval_ms: 1000 });
}

async function untilServed(lab: Lab, client: LabClient, story: string[]): Promise<void> {
  await waitFor("the client is served by who has the address", () => {
    return client.host === lab.holder(client.address)?.index;
  }).catch((error) => {
    throw new Error(`${error.message}\n${story.slice(-6).join("\n")}\n${lab.logTails()}`);
  });
}

function shuffled<T>(things: readonly T[], random: SeededRandom): T[] {
  return things.map((thing) => ({ thing, order: random.u32() }))
    .sort((a, b) => a.order - b.order)
    .map(({ thing }) => thing);
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
