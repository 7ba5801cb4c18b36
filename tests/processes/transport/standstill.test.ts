/** A node that stood still hears what others said meanwhile before it takes them for dead. */
import assert from "node:assert/strict";
import { EventLoop } from "../../../lib/loop/mod.ts";
import { NativeStreams, type Stream } from "../../../lib/transport/mod.ts";
import { freeLoopbackAddresses } from "../../../testing/cluster/loopback.ts";
import { waitFor } from "../../../testing/mod.ts";
import { spawnCommand } from "../../../testing/process/command.ts";

const PORT = 4379;
/** More than one turn reads of one socket. */
const FRAME_BYTES = 64 * 1024;
const FRAMES = 20;

/** Keeps this thread busy, as a turn does that takes too long. */
function standStill(time_ms: number): void {
  const end_ms = performance.now() + time_ms;
  while (performance.now() < end_ms);
}

Deno.test("after a standstill all that has come is heard before timers", async () => {
  const loop = new EventLoop({
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const streams = new NativeStreams(loop);
  const [address] = freeLoopbackAddresses(1);
  const listener = await streams.listenTcp(address!, PORT);
  let heard = 0;
  let heardBefore = -1;
  const open: Stream[] = [];
  listener.accept({
    full: () => undefined,
    exhausted: () => {},
    connected(stream) {
      open.push(stream);
      stream.start({ data: (_slab, end) => void (heard += end), ended: () => {} });
    },
  });
  streams.connectTcp(address!, address!, PORT, {
    failed: (reason) => assert.fail(reason),
    connected(stream) {
      open.push(stream);
      stream.start({ data: () => {}, ended: () => {} });
      for (let i = 0; i < FRAMES; i++) stream.send(new Uint8Array(FRAME_BYTES));
      loop.setTimer(50, () => {
        heardBefore = heard;
        loop.stop();
      });
      loop.defer(() => standStill(1000));
    },
  });
  await loop.run();
  for (const stream of open) stream.close();
  listener.close();
  loop.close();
  assert.equal(heardBefore, FRAMES * FRAME_BYTES);
});

Deno.test("a process that was stopped hears what has come before its timers run", async () => {
  const [address] = freeLoopbackAddresses(1);
  const program = new URL("./stopped-main.ts", import.meta.url).pathname;
  const child = spawnCommand([
    ...[Deno.execPath(), "run", "--quiet", "--no-check", "-A"],
    ...[program, address!, String(PORT)],
  ], { stdout: "piped" });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await lines.read()).value, "listening\n");
  const connection = await Deno.connect({ hostname: address!, port: PORT });
  assert.equal((await lines.read()).value, "connected\n");
  await waitFor("it to stand", () => /^State:\s+T/m.test(statusOf(child.pid)));
  await connection.write(new TextEncoder().encode("still here"));
  // Its timer is due while it stands.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill("SIGCONT");
  let told = "";
  for (let part = await lines.read(); !part.done; part = await lines.read()) told += part.value;
  assert.equal(told, "heard\ntimer\n");
  connection.close();
  await child.status;
});

function statusOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/status`);
}
