import assert from "node:assert/strict";
import { waitFor } from "../../testing/process/wait.ts";
import { ours } from "../../testing/cluster/daemon-kind.ts";
import { ArpProber } from "./support/arp-prober.ts";
import { faults } from "../../testing/lab/faults.ts";
import { LabClient } from "../../testing/lab/lab-client.ts";
import { Lab } from "../../testing/lab/lab.ts";
import { suffer } from "../../testing/lab/suffer.ts";

const available = Lab.available();
const NAME = "50.misbehaving";

const script = (body: string) => `#!/bin/sh\ncase "$1" in\n${body}\nesac\nexit 0\n`;

/** Scripts that no administrator should write, and some do. */
const misbehaving = {
  "hangs in takeip and releaseip": script("takeip | releaseip) sleep 1000 ;;"),
  "hangs in monitor": script("monitor) sleep 1000 ;;"),
  "floods its output": script("takeip | releaseip | monitor) timeout 2 yes flood ;;"),
  "forks a daemon that keeps its output open": script(
    "takeip | releaseip | monitor) setsid sleep 30 & ;;",
  ),
  // In takeip it would be a failure, and the run would fail: that is what a status is for.
  "kills its own process group": script("releaseip) kill -9 0 ;;"),
} as const;

Deno.test({
  name: "scripts that misbehave do no harm (needs root, network namespaces, Debian's ctdb)",
  ignore: !available,
  async fn(t) {
    await using lab = await Lab.start({
      hosts: [ours, ours, ours],
      addresses: 3,
      tunables: ["EventScriptTimeout=5", "MonitorInterval=2", "EnableBans=0"],
    });
    const [address] = lab.addresses;
    await using client = await LabClient.start(lab, address!, 500);
    await using prober = new ArpProber(lab, client.pid);

    for (const [what, text] of Object.entries(misbehaving)) {
      await t.step(what, async () => {
        await lab.untilHealthy();
        for (const host of lab.hosts) await host.installScript(NAME, text);
        try {
          const { from, moves } = await suffer(lab, faults.disable, [client]);
          assert.notEqual(moves[0]!.host, from);
        } finally {
          for (const host of lab.hosts) await host.removeScript(NAME);
        }
      });
    }

    await t.step("is replaced while it runs", async () => {
      await lab.untilHealthy();
      for (const host of lab.hosts) {
        await host.installScript(NAME, script("releaseip) sleep 2; exit 0 ;;"));
      }
      const moving = suffer(lab, faults.disable, [client]);
      for (const host of lab.hosts) await host.installScript(NAME, "#!/bin/sh\nexit 0\n");
      const { from, moves } = await moving;
      assert.notEqual(moves[0]!.host, from);
      for (const host of lab.hosts) await host.removeScript(NAME);
    });

    await t.step("kills the daemon that started it", async () => {
      await lab.untilHealthy();
      const holder = lab.holder(address!)!;
      const since = client.now;
      await holder.installScript(NAME, script("monitor) kill -9 $PPID ;;"));
      const move = await client.untilMoved(holder.index, since, Date.now());
      assert.notEqual(move.host, holder.index);
      await holder.removeScript(NAME);
      await waitFor("its addresses are gone", () => !holder.has(address!));
      holder.startDaemon();
      await lab.untilHealthy();
    });

    await t.step("never on two hosts at once", () => {
      assert.ok(prober.probes > 0);
      assert.deepEqual(prober.conflicts(), []);
    });
  },
});
