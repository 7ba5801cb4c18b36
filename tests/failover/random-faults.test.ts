import assert from "node:assert/strict";
import { waitFor } from "../support/wait.ts";
import { ArpProber } from "./support/arp-prober.ts";
import { type Fault, faults } from "./support/faults.ts";
import type { Host } from "./support/host.ts";
import { LabClient } from "./support/lab-client.ts";
import { Lab } from "./support/lab.ts";

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
    await using lab = await Lab.start({
      hosts: ["ours", "ours", "ours"],
      addresses: 4,
      tunables: QUICK,
    });
    await using client = await LabClient.start(lab, lab.addresses[0]!, 500);
    await using prober = new ArpProber(lab, client.pid);
    const story: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await suffersRandomly(lab, story);
      await lab.untilHealthy();
      await untilServed(lab, client, story);
      assert.deepEqual(prober.conflicts(), [], story.slice(-6).join("\n"));
    }
    assert.ok(prober.probes > ROUNDS);
    assert.ok(prober.stalest_ms <= 1000, `cache wrong for ${prober.stalest_ms} ms: ${story}`);
  },
});

/** One host or two at once get into trouble, for a while or hardly at all. */
async function suffersRandomly(lab: Lab, story: string[]): Promise<void> {
  const hosts = shuffled(lab.hosts).slice(0, Math.random() < TWO_FAULTS ? 2 : 1);
  const troubles = hosts.map((host) => ({ host, fault: oneOf(Object.values<Fault>(faults)) }));
  for (const { host, fault } of troubles) {
    story.push(told("begin", fault, host));
    await attempt(() => fault.begin(host));
    await pause(Math.random() * LONGEST_PAUSE_MS);
  }
  for (const { host, fault } of shuffled(troubles)) {
    story.push(told("end", fault, host));
    await attempt(() => fault.end(host));
  }
}

function told(what: string, { name }: Fault, { index }: Host): string {
  return `${new Date().toISOString()} ${what} ${name} host ${index}`;
}

/** A tool may fail while half of the cluster is down; the flags are looked at in the end. */
async function attempt(act: () => unknown): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    try {
      await act();
      return;
    } catch {
      await pause(1000);
    }
  }
  await act();
}

async function untilServed(lab: Lab, client: LabClient, story: string[]): Promise<void> {
  await waitFor("the client is served by who has the address", () => {
    return client.host === lab.holder(client.address)?.index;
  }).catch((error) => {
    throw new Error(`${error.message}\n${story.slice(-6).join("\n")}\n${lab.logTails()}`);
  });
}

function oneOf<T>(things: readonly T[]): T {
  return things[Math.floor(Math.random() * things.length)]!;
}

function shuffled<T>(things: readonly T[]): T[] {
  return things.map((thing) => ({ thing, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ thing }) => thing);
}

function pause(time_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time_ms));
}
