import assert from "node:assert/strict";
import { encode, NodeFlag, Srvid, u32 } from "../../../lib/wire/mod.ts";
import { Scenario } from "../../sim/support/scenario.ts";

Deno.test("a ban that does not reach its node holds up no other", async () => {
  const scenario = new Scenario(41, { nodes: 4, clusterLock: false, publicAddresses: 0 });
  await scenario.start();
  const { cluster } = scenario;
  const { leader } = cluster.machines[0]!.daemon!.node.leadership;
  const [silent, banned] = cluster.machines.filter(({ pnn }) => pnn !== leader);
  // The leader hears it, and is not heard by it: what it asks is not answered.
  cluster.network.line(leader, silent!.pnn).cut();
  const daemon = cluster.machines[leader]!.daemon!;
  daemon.process.run(() => {
    for (const { pnn } of [silent!, banned!]) {
      for (let i = 0; i < 2; i++) {
        daemon.node.client.message(leader, Srvid.BANNING, encode(u32, pnn));
      }
    }
  });
  const flags = () => banned!.daemon!.node.state.nodes.ownFlags;
  await cluster.waitFor("the other one's ban", 20_000, () => {
    return (flags() & NodeFlag.BANNED) === 0 ? `flags ${flags()}` : undefined;
  });
  assert.equal(silent!.daemon!.node.state.nodes.ownFlags & NodeFlag.BANNED, 0);
});
