/** What the kernel holds of a connection, as administrators are shown it. */
import assert from "node:assert/strict";
import { EventLoop } from "../../../lib/loop/mod.ts";
import { NativeStreams, type Stream } from "../../../lib/transport/mod.ts";
import { freeLoopbackAddresses } from "../../../testing/cluster/loopback.ts";
import { waitFor } from "../../../testing/mod.ts";

Deno.test("bytes that nobody reads are seen at both ends of a connection", async () => {
  const loop = new EventLoop({
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const pump = setInterval(() => loop.turnNow(), 1);
  const [address = ""] = freeLoopbackAddresses(1);
  using listener = Deno.listen({ hostname: address, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const connected = Promise.withResolvers<Stream>();
  new NativeStreams(loop).connectTcp(address, address, port, {
    connected: connected.resolve,
    failed: (reason) => connected.reject(new Error(reason)),
  });
  const stream = await connected.promise;
  const held = () => stream.kernelBytes?.();
  assert.deepEqual(held(), { send_bytes: 0, receive_bytes: 0 });
  using peer = await listener.accept();
  // It is not started, so that it reads nothing.
  await peer.write(new Uint8Array(5));
  await waitFor("five bytes have come", () => held()?.receive_bytes === 5);
  const read: number[] = [];
  stream.start({ data: (_, end) => void read.push(end), ended: () => {} });
  await waitFor("they are read", () => held()?.receive_bytes === 0);
  assert.deepEqual(read, [5]);
  stream.send(new Uint8Array(32 << 20));
  await waitFor("the other end's window is full", () => (held()?.send_bytes ?? 0) > 0);
  stream.close();
  assert.deepEqual(held(), { send_bytes: 0, receive_bytes: 0 }, "a closed one holds nothing");
  clearInterval(pump);
  loop.close();
});
