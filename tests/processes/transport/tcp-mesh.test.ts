import assert from "node:assert/strict";
import net from "node:net";
import { nullLogger, systemClock } from "../../../lib/base/mod.ts";
import { sendNow, tcpDescriptor } from "../../../lib/transport/socket-ffi.ts";
import { TcpMesh, type TransportHandler } from "../../../lib/transport/mod.ts";
import { encodePacket, Operation } from "../../../lib/wire/mod.ts";
import { freeLoopbackAddresses } from "../../../testing/cluster/loopback.ts";
import { waitFor } from "../../../testing/process/wait.ts";

const PORT = 4379;
/** A message of `size` bytes that says its number in every one of them. */
function message(number: number, size: number): Uint8Array {
  return encodePacket({
    operation: Operation.REQ_MESSAGE,
    generation: 1,
    destnode: 1,
    srcnode: 0,
    reqid: number,
    srvid: 1n,
    data: new Uint8Array(size).fill(number),
  });
}

interface Heard extends TransportHandler {
  readonly frames: Uint8Array[];
  readonly up: Set<number>;
}

function listener(): Heard {
  const heard: Heard = {
    frames: [],
    up: new Set(),
    linkUp: (pnn) => void heard.up.add(pnn),
    linkDown: (pnn) => void heard.up.delete(pnn),
    // A copy, so that nobody can say that it was changed later.
    frame: (_pnn, frame) => void heard.frames.push(frame.slice()),
  };
  return heard;
}

async function connected(count: number) {
  const addresses = freeLoopbackAddresses(count);
  const meshes = addresses.map((address) =>
    TcpMesh.bind({ address, port: PORT, clock: systemClock, log: nullLogger })
  );
  const heard = meshes.map(() => listener());
  meshes.forEach((mesh, own) => {
    const peers = addresses.map((address, pnn) => ({ pnn, address })).filter((p) => p.pnn !== own);
    mesh.start(peers, heard[own]!);
  });
  await waitFor("all links", () => heard.every(({ up }) => up.size === count - 1));
  return { meshes, heard };
}

Deno.test("frames of all sizes arrive whole and in order, also when the peer is slow", async () => {
  const { meshes, heard } = await connected(2);
  const sizes = [0, 8, 3_000_000, 16, 70_000, 65_536, 1, 5_000_000, 100];
  const sent = Array.from({ length: 60 }, (_, i) => message(i, sizes[i % sizes.length]!));
  for (const [i, frame] of sent.entries()) {
    meshes[0]!.send(1, frame);
    // Some leave together, some alone, some while the kernel is full of earlier ones.
    if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await waitFor("all frames", () => heard[1]!.frames.length === sent.length);
  for (const [i, frame] of sent.entries()) {
    assert.ok(frame.every((byte, at) => byte === heard[1]!.frames[i]![at]), `frame ${i}`);
    assert.equal(heard[1]!.frames[i]!.length, frame.length);
  }
  for (const mesh of meshes) mesh.close();
});

Deno.test("a peer that goes away takes its link down, and nothing is sent to it", async () => {
  const { meshes, heard } = await connected(2);
  meshes[1]!.close();
  await waitFor("the link is down", () => heard[0]!.up.size === 0);
  meshes[0]!.send(1, message(1, 100));
  assert.equal(heard[1]!.frames.length, 0);
  meshes[0]!.close();
});

Deno.test("the descriptor of a connection is found by its ends, and by nothing else", async () => {
  const [address] = freeLoopbackAddresses(1);
  const server = Deno.listen({ hostname: address!, port: 0 });
  const { port } = server.addr;
  const sockets = await Promise.all([0, 1, 2].map(() =>
    new Promise<net.Socket>((resolve) => {
      const socket = net.connect({ host: address!, port }, () => resolve(socket));
    })
  ));
  const accepted = [await server.accept(), await server.accept(), await server.accept()];
  const ends = (socket: net.Socket) => ({
    localAddress: socket.localAddress!,
    localPort: socket.localPort!,
    remoteAddress: address!,
    remotePort: port,
  });
  for (const [i, socket] of sockets.entries()) {
    const fd = tcpDescriptor(ends(socket))!;
    assert.equal(sendNow(fd, new Uint8Array([i, 7])), 2);
    const other = accepted.find(({ remoteAddr }) => remoteAddr.port === socket.localPort)!;
    const got = new Uint8Array(10);
    assert.equal(await other.read(got), 2);
    assert.deepEqual([...got.subarray(0, 2)], [i, 7]);
  }
  assert.equal(tcpDescriptor({ ...ends(sockets[0]!), remotePort: 1 }), undefined);
  assert.equal(tcpDescriptor({ ...ends(sockets[0]!), localAddress: "10.1.2.3" }), undefined);
  const closed = ends(sockets[0]!);
  const gone = new Promise((resolve) => sockets[0]!.once("close", resolve));
  for (const connection of accepted) connection.close();
  for (const socket of sockets) socket.destroy();
  await gone;
  assert.equal(tcpDescriptor(closed), undefined);
  server.close();
});
