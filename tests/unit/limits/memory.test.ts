/** The sum of what queues can hold, as daemon and doctor say it. */
import assert from "node:assert/strict";
import {
  MAX_CLIENT_QUEUE_BYTES,
  MAX_FRAME_BYTES,
  MAX_NODE_PARKED_BYTES,
  MAX_PEER_QUEUE_BYTES,
  MEMORY_SHARES,
  memoryOf,
  memoryText,
} from "../../../lib/limits/mod.ts";

Deno.test("memory: every owner's share is the sum of its queues", () => {
  assert.equal(memoryOf("peer"), MAX_PEER_QUEUE_BYTES + MAX_FRAME_BYTES);
  assert.equal(memoryOf("client"), MAX_CLIENT_QUEUE_BYTES + MAX_FRAME_BYTES);
  assert.ok(memoryOf("node") > MAX_NODE_PARKED_BYTES);
  const owners = ["node", "peer", "client", "database", "script"] as const;
  const all = MEMORY_SHARES.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.equal(owners.reduce((sum, owner) => sum + memoryOf(owner), 0), all);
});

Deno.test("memory: the sentence adds up the node and its peers", () => {
  const known_bytes = (peers: number) => {
    const [, number, unit] = /at most ([\d.]+) ([GM])iB for the node/.exec(memoryText(peers))!;
    return Number(number) * (unit === "G" ? 2 ** 30 : 2 ** 20);
  };
  const tenth = 0.1 * 2 ** 30;
  for (const peers of [0, 1, 2, 9]) {
    const wanted = memoryOf("node") + peers * memoryOf("peer");
    assert.ok(Math.abs(known_bytes(peers) - wanted) <= tenth, memoryText(peers));
  }
  assert.match(memoryText(2), / and its peers \(2\), /);
});
