import assert from "node:assert/strict";
import { waitFor } from "../../testing/process/wait.ts";
import { ArpProber } from "./support/arp-prober.ts";
import { faults } from "../../testing/lab/faults.ts";
import { type DaemonKind, debian, ours } from "../../testing/cluster/daemon-kind.ts";
import { LabClient } from "../../testing/lab/lab-client.ts";
import { Lab } from "../../testing/lab/lab.ts";
import { suffer } from "../../testing/lab/suffer.ts";

const available = Lab.available();

Deno.test({
  name: "in a mixed cluster addresses move both ways, whoever leads (needs root, Debian's ctdb)",
  ignore: !available,
  async fn(t) {
    await using lab = await Lab.start({ hosts: [ours, debian], addresses: 2 });
    const [address] = lab.addresses;
    await using client = await LabClient.start(lab, address!, 500);
    await using prober = new ArpProber(lab, client.pid);

    for (const leader of [ours, debian]) {
      await t.step(`leader: ${leader.name}`, async () => {
        await makeLeader(lab, leader);
        const from = new Set<number>();
        // There and back: the second fault hits the host that the first one moved it to.
        for (let way = 0; way < 2; way++) {
          await lab.untilHealthy();
          await bringTo(lab, address!, way);
          const { from: holder, moves } = await suffer(lab, faults.disable, [client]);
          from.add(holder);
          assert.notEqual(moves[0]!.host, holder);
          assert.equal(lab.leader()?.kind, leader);
        }
        assert.deepEqual([...from].sort(), [0, 1]);
      });
    }

    await t.step("never on two hosts at once", () => {
      assert.ok(prober.probes > 0);
      assert.deepEqual(prober.conflicts(), []);
    });
  },
});

/** A stopped node cannot lead; the other one then does, and goes on doing so. */
async function makeLeader(lab: Lab, wanted: DaemonKind): Promise<void> {
  for (const host of lab.hosts.filter(({ kind }) => kind !== wanted)) faults.stop.begin(host);
  await waitFor(`${wanted.name} leads`, () => lab.leader()?.kind === wanted);
  for (const host of lab.hosts.filter(({ kind }) => kind !== wanted)) faults.stop.end(host);
}

async function bringTo(lab: Lab, address: string, pnn: number): Promise<void> {
  await waitFor(`${address} is on host ${pnn}`, () => {
    if (lab.holder(address)?.index === pnn) return true;
    lab.host(0).ctdb("moveip", address, String(pnn));
    return false;
  }, { interval_ms: 500 });
}
