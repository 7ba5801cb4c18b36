import assert from "node:assert/strict";
import { nullLogger, systemClock } from "../../../lib/base/mod.ts";
import { EventLoop } from "../../../lib/loop/mod.ts";
import {
  Mesh,
  NativeStreams,
  type Streams,
  type TransportHandler,
} from "../../../lib/transport/mod.ts";
import { DenoStreams } from "../../../lib/transport/mod_deno.ts";
import { encodePacket, Operation } from "../../../lib/wire/mod.ts";
import { freeLoopbackAddresses } from "../../../testing/cluster/loopback.ts";
import { waitFor } from "../../../testing/mod.ts";

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
    // A copy: the frame's memory is the transport's again afterwards.
    frame: (_pnn, frame) => void heard.frames.push(frame.slice()),
  };
  return heard;
}

/** What a case runs on. Turns of a native loop alternate with Deno's own, which the test itself needs. */
interface Runtime extends AsyncDisposable {
  readonly streams: Streams;
  readonly clock: typeof systemClock;
}

function denoRuntime(): Runtime {
  return {
    streams: new DenoStreams(),
    clock: systemClock,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function nativeRuntime(): Runtime {
  const loop = new EventLoop({
    onFault: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const pump = setInterval(() => loop.turnNow(), 1);
  return {
    streams: new NativeStreams(loop),
    clock: loop,
    [Symbol.asyncDispose]: () => {
      clearInterval(pump);
      loop.close();
      return Promise.resolve();
    },
  };
}

async function connected(count: number, { streams, clock }: Runtime) {
  const addresses = freeLoopbackAddresses(count);
  const meshes = await Promise.all(
    addresses.map((address) => Mesh.bind({ address, port: PORT, streams, clock, log: nullLogger })),
  );
  const heard = meshes.map(() => listener());
  meshes.forEach((mesh, own) => {
    const peers = addresses.map((address, pnn) => ({ pnn, address })).filter((p) => p.pnn !== own);
    mesh.start(peers, heard[own]!);
  });
  await waitFor("all links", () => heard.every(({ up }) => up.size === count - 1));
  return { meshes, heard };
}

for (const [name, makeRuntime] of [["native", nativeRuntime], ["Deno's", denoRuntime]] as const) {
  const test = (what: string, run: (runtime: Runtime) => Promise<void>) =>
    Deno.test(`${name} streams: ${what}`, async () => {
      await using runtime = makeRuntime();
      await run(runtime);
    });

  test("frames of all sizes arrive whole and in order, also when the peer is slow", async (runtime) => {
    const { meshes, heard } = await connected(2, runtime);
    const sizes = [0, 8, 3_000_000, 16, 70_000, 65_536, 1, 5_000_000, 100];
    const sent = Array.from({ length: 60 }, (_, i) => message(i, sizes[i % sizes.length]!));
    for (const [i, frame] of sent.entries()) {
      meshes[0]!.forward(1, frame);
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

  test("a peer that goes away takes its link down, and nothing is sent to it", async (runtime) => {
    const { meshes, heard } = await connected(2, runtime);
    meshes[1]!.close();
    await waitFor("the link is down", () => heard[0]!.up.size === 0);
    meshes[0]!.forward(1, message(1, 100));
    assert.equal(heard[1]!.frames.length, 0);
    meshes[0]!.close();
  });
}
