import fc from "fast-check";
import assert from "node:assert/strict";
import { FrameSplitter, WireError } from "../../../lib/wire/mod.ts";
import { onlyWireError } from "./hostile.ts";

/** A frame of `length` bytes whose contents depend on `seed`. */
function frameOf(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(length).map((_, i) => i + seed);
  new DataView(frame.buffer).setUint32(0, length, true);
  return frame;
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** `bytes` in chunks, each a buffer of its own. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (let i = 0; offset < bytes.byteLength; i++) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.slice(offset, offset + size));
    offset += size;
  }
  return chunks;
}

Deno.test("frames come out as they went in, however the stream is cut", () => {
  const frames = fc.array(fc.integer({ min: 4, max: 90 }), { maxLength: 8 })
    .map((lengths) => lengths.map((length, i) => frameOf(length, i)));
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(frames, sizes, (sent, cuts) => {
    const splitter = new FrameSplitter();
    const got: string[] = [];
    for (const chunk of cut(join(sent), cuts)) {
      splitter.push(chunk, (frame) => got.push(frame.toHex()));
    }
    assert.deepEqual(got, sent.map((frame) => frame.toHex()));
    assert.equal(splitter.buffered, 0);
  }));
});

Deno.test("a frame within one chunk is a view of it, one across chunks a copy", () => {
  const splitter = new FrameSplitter();
  const chunk = join([frameOf(20), frameOf(40).subarray(0, 30)]);
  const rest = frameOf(40).slice(30);
  const frames: Uint8Array[] = [];
  splitter.push(chunk, (frame) => frames.push(frame));
  assert.equal(splitter.buffered, 30);
  chunk.fill(0xee, 20); // what was kept of the chunk must be a copy
  splitter.push(rest, (frame) => frames.push(frame));
  assert.equal(frames[0]!.buffer, chunk.buffer);
  assert.equal(frames[1]!.toHex(), frameOf(40).toHex());
});

Deno.test("frames larger than the first allocation are put together", () => {
  const big = frameOf(300_000);
  const splitter = new FrameSplitter();
  const frames: Uint8Array[] = [];
  for (const chunk of cut(join([big, frameOf(8)]), [7001])) {
    splitter.push(chunk, (frame) => frames.push(frame));
  }
  assert.deepEqual(frames.map((frame) => frame.byteLength), [300_000, 8]);
  assert.equal(frames[0]!.toHex(), big.toHex());
});

Deno.test("a bad length closes the splitter after the good frames before it", () => {
  for (const bad of [0, 1, 3, 65, 0xffffffff]) {
    const splitter = new FrameSplitter({ maxFrameSize: 64 });
    const got: number[] = [];
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, bad, true);
    const push = (bytes: Uint8Array) => splitter.push(bytes, (frame) => got.push(frame.byteLength));
    assert.throws(() => push(join([frameOf(64), head])), { code: "length" });
    push(frameOf(16));
    assert.deepEqual(got, [64]);
    assert.equal(splitter.buffered, 0);
  }
});

Deno.test("a bad length is found when it arrives in pieces", () => {
  const splitter = new FrameSplitter();
  splitter.push(new Uint8Array([0, 0]), () => assert.fail("no frame"));
  assert.throws(() => splitter.push(new Uint8Array([0, 0]), () => {}), WireError);
});

Deno.test("closing within a chunk ends it there", () => {
  const splitter = new FrameSplitter();
  let frames = 0;
  splitter.push(join([frameOf(8), frameOf(8), frameOf(8)]), () => {
    if (++frames === 2) splitter.close();
  });
  assert.equal(frames, 2);
});

Deno.test("memory follows what arrived, not what was announced", () => {
  const head = new Uint8Array(10);
  new DataView(head.buffer).setUint32(0, 500 * 1024 * 1024, true);
  const before = Deno.memoryUsage().external;
  const splitters = Array.from({ length: 20 }, () => new FrameSplitter());
  for (const splitter of splitters) splitter.push(head, () => assert.fail("no frame"));
  const grown = Deno.memoryUsage().external - before;
  assert.equal(splitters[0]!.buffered, 10);
  assert(grown < 16 * 1024 * 1024, `grew by ${grown} bytes`);
});

Deno.test("random bytes throw WireError or wait for more", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
    const splitter = new FrameSplitter({ maxFrameSize: 100 });
    let out = 0;
    const all = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    onlyWireError(() => {
      for (const chunk of chunks) splitter.push(chunk, (frame) => out += frame.byteLength);
    });
    assert(out + splitter.buffered <= all);
  }));
});
