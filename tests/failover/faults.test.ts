import assert from "node:assert/strict";
import { waitFor } from "../../testing/process/wait.ts";
import { ours } from "../../testing/cluster/daemon-kind.ts";
import { ArpProber } from "./support/arp-prober.ts";
import { faults } from "../../testing/lab/faults.ts";
import { FOR_EVER, IDLE, LabClient } from "../../testing/lab/lab-client.ts";
import { Lab } from "../../testing/lab/lab.ts";
import { suffer } from "../../testing/lab/suffer.ts";

const available = Lab.available();
const PATIENCE_MS = 500;
/** Clients of a host that is gone, or whose link is, learn of it by the new host's tickles. */
const QUICK = [
  "KeepaliveInterval=1",
  "KeepaliveLimit=4",
  "MonitorInterval=2",
  "TickleUpdateInterval=1",
];

Deno.test({
  name: "an address moves away from every kind of trouble (needs root, namespaces, Debian's ctdb)",
  ignore: !available,
  async fn(t) {
    await using lab = await Lab.start({
      hosts: [ours, ours, ours],
      addresses: 3,
      ipv6Addresses: 1,
      tunables: QUICK,
    });
    const [address] = lab.addresses;
    await using impatient = await LabClient.start(lab, address!, PATIENCE_MS);
    await using patient = await LabClient.start(lab, address!, FOR_EVER);
    await using idle = await LabClient.start(lab, address!, IDLE);
    await using prober = new ArpProber(lab, impatient.pid);
    const clients = [impatient, patient, idle];

    for (const fault of Object.values(faults)) {
      await t.step(fault.name, async () => {
        await lab.untilHealthy();
        await untilTicklesKnown(lab, clients);
        const { from, moves } = await suffer(lab, fault, clients);
        assert.equal(new Set(moves.map((move) => move.host)).size, 1, "all at one host");
        assert.notEqual(moves[0]!.host, from);
        const [, ofPatient, ofIdle] = moves;
        assert.ok(ofPatient!.reset, "who waits is reset");
        assert.ok(ofIdle!.reset, "who is silent is reset");
      });
    }

    await t.step("an IPv6 address moves, too", async () => {
      await lab.untilHealthy();
      await using client = await LabClient.start(lab, lab.addresses.at(-1)!, PATIENCE_MS);
      const { from, moves } = await suffer(lab, faults.disable, [client]);
      assert.notEqual(moves[0]!.host, from);
      assert.ok(moves[0]!.reset);
    });

    await t.step("never two hosts at once, and the client's cache is right", async () => {
      assert.ok(prober.probes > 0);
      assert.ok(prober.moves() > Object.keys(faults).length);
      assert.deepEqual(prober.conflicts(), []);
      await prober.untilKnown();
    });
  },
});

/** Whoever takes the address over must know the connections that it has now. */
async function untilTicklesKnown(lab: Lab, clients: readonly LabClient[]): Promise<void> {
  const address = clients[0]!.address;
  await waitFor("all hosts know the clients' connections", () =>
    lab.hosts.every((host) => {
      const { stdout } = host.ctdb("-X", "gettickles", address);
      return clients.every(({ port }) => stdout.includes(`|${port}|`));
    }), { interval_ms: 200 });
}
