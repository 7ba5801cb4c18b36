import assert from "node:assert/strict";
import { controls, decodePacket, Operation, RecoveryMode } from "../../lib/wire/mod.ts";
import { Client } from "./support/client.ts";
import { Scenario } from "./support/scenario.ts";

const DATABASES = 100;
/** GET_DBNAME, DB_FREEZE, start, pull, wipe, commit, DB_THAW. */
const CONTROLS_EACH = 7;

Deno.test("an empty database costs a recovery seven controls a node, and no push", async () => {
  const scenario = new Scenario(91, {
    nodes: 3,
    clusterLock: false,
    publicAddresses: 0,
    tunables: { RerecoveryTimeout: 1 },
  });
  await scenario.start();
  const { cluster } = scenario;
  const client = Client.connect(cluster.machines[0]!, "opener")!;
  let attached = 0;
  for (let i = 0; i < DATABASES; i++) {
    client.control(0, "DB_ATTACH", `empty_${i}.tdb`).then(() => attached++);
  }
  await cluster.waitFor("all databases", 10_000, () => attached < DATABASES ? "no" : undefined);
  await cluster.run(5000);
  const { leader } = cluster.machines[0]!.daemon!.node.leadership;
  const other = (leader + 1) % 3;
  const sent: number[] = [];
  cluster.network.onFrame = (from, to, frame) => {
    if (from !== leader || to !== other) return;
    const packet = decodePacket(frame);
    if (packet.operation === Operation.REQ_CONTROL) sent.push(packet.opcode);
  };
  const { state } = cluster.machines[other]!.daemon!.node;
  const before = state.generation;
  void client.control(0, "SET_RECMODE", RecoveryMode.ACTIVE);
  await cluster.waitFor("a recovery", 10_000, () => {
    return state.generation !== before && state.recoveryMode === RecoveryMode.NORMAL
      ? undefined
      : "not yet";
  });
  const count = (name: "DB_FREEZE" | "DB_PUSH_START" | "DB_TRANSACTION_COMMIT") =>
    sent.filter((opcode) => opcode === controls[name].opcode).length;
  assert.deepEqual(
    [count("DB_FREEZE"), count("DB_TRANSACTION_COMMIT"), count("DB_PUSH_START")],
    [DATABASES, DATABASES, 0],
  );
  assert.ok(sent.length <= DATABASES * CONTROLS_EACH + 40, `controls: ${sent.length}`);
  await cluster.waitFor("healthy", 10_000, () => cluster.whyNotHealthy());
});
