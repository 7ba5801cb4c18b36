/** The kernel's table of descriptors is made large at the start, not while clients come. */
import assert from "node:assert/strict";
import { widenDescriptorTable } from "../../../lib/daemon/edge/descriptor-table.ts";
import { Cluster, ours } from "../../../testing/cluster/cluster.ts";
import { openFilesLimit } from "../../../lib/daemon/border/descriptors.ts";
import { waitFor } from "../../../testing/process/wait.ts";

function tableOf(pid: number | "self"): number {
  return Number(/^FDSize:\s+(\d+)$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]);
}

function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

Deno.test("descriptors: the table has room for as many, and none stays open", () => {
  const before = openDescriptors();
  assert.equal(widenDescriptorTable(700), true);
  assert.ok(tableOf("self") >= 700, `${tableOf("self")}`);
  assert.equal(openDescriptors(), before);
});

Deno.test("descriptors: more than are allowed change nothing", () => {
  const before = [tableOf("self"), openDescriptors()];
  assert.equal(widenDescriptorTable(2 ** 30), false);
  assert.deepEqual([tableOf("self"), openDescriptors()], before);
});

Deno.test("descriptors: a node has room for its clients before they come", async () => {
  await using cluster = await Cluster.start({ nodes: [ours] });
  const { pid } = cluster.nodes[0]!;
  const room = Math.min(openFilesLimit(), 16_384);
  await waitFor(`a table of ${room} descriptors`, () => tableOf(pid) >= room);
});
