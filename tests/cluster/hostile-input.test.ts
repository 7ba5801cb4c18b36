/** What nobody should send: it costs its sender the connection at most, and the daemon no memory. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";

const MAGIC = 0x4354_4442;
const WARM_UP = 1_000;
const PACKETS = 3_000;
const BOUND_KB = 10 * 1024;
const PORT = 4379;
const PATIENCE_MS = 100;

/** A frame that is one at first sight, one of a wild length, of another protocol, or noise. */
function hostileFrame(random: SeededRandom, kind: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(24 + 8 * random.below(401));
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
  const view = new DataView(bytes.buffer);
  if (kind === 3) return bytes;
  view.setUint32(0, kind === 1 ? random.u32() : bytes.length, true);
  view.setUint32(4, kind === 2 ? 7 : MAGIC, true);
  view.setUint32(8, 1, true);
  view.setUint32(12, 0, true);
  view.setUint32(16, random.below(12), true);
  return bytes;
}

/** Sends one frame over a connection of its own, and leaves it. */
async function send(node: ClusterNode, frame: Uint8Array, over: "client" | "node"): Promise<void> {
  const connection = over === "client"
    ? await Deno.connect({ transport: "unix", path: node.socket })
    : await Deno.connect({ hostname: node.address, port: PORT });
  const close = () => {
    try {
      connection.close();
    } catch {
      // The daemon closed it.
    }
  };
  const timer = setTimeout(close, PATIENCE_MS);
  try {
    await connection.write(frame);
    await connection.closeWrite();
    const buffer = new Uint8Array(4096);
    while (await connection.read(buffer) !== null) { /* It may answer. */ }
  } catch {
    // Cut off.
  } finally {
    clearTimeout(timer);
    close();
  }
}

function memory_kb({ pid }: ClusterNode): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)![1]);
}

Deno.test("hostile packets from clients and from the network do not make the daemon grow", async () => {
  await using cluster = await Cluster.start({ nodes: [ours] });
  const node = cluster.node(0);
  const random = new SeededRandom(17);
  const storm = async (count: number) => {
    for (let i = 0; i < count; i += 4) {
      const frames = [0, 1, 2, 3].map((kind) => hostileFrame(random, kind));
      const over = i % 16 === 0 ? "node" : "client";
      await Promise.all(frames.map((frame) => send(node, frame, over)));
    }
  };
  await storm(WARM_UP);
  const before = memory_kb(node);
  await storm(PACKETS);
  const grown = memory_kb(node) - before;
  assert.ok(grown < BOUND_KB, `grew by ${grown} kB in ${PACKETS} packets`);
  assert.equal((await node.ctdb(["pnn"])).stdout, "0\n");
  // A few lines of each kind in ten seconds, not one for each of the packets.
  await waitFor("the log says what it left out", () => {
    return /[1-9]\d* more lines of this kind in 10 s: /.test(node.log());
  }, { timeout_ms: 30_000 });
  const lines = node.log().split("\n").length;
  assert.ok(lines < (WARM_UP + PACKETS) / 4, `${lines} lines`);
});
