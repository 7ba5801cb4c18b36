import assert from "node:assert/strict";
import fc from "fast-check";
import { CHUNK_BYTES, chunksInUse } from "../../../lib/loop/output-chunks.ts";
import { OutputQueue } from "../../../lib/loop/output-queue.ts";

/** A frame of `size` bytes that only frame `number` has. */
function frame(number: number, size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(number % 251 + 1);
}

/** What a kernel with little room takes: bytes of the buffers that a header names, `limit` at most. */
function taker(limits: readonly number[]) {
  const taken: number[] = [];
  let calls = 0;
  return {
    taken,
    send(header: Uint32Array<ArrayBuffer>): number {
      const address = (at: number) => BigInt(header[at]!) + (BigInt(header[at + 1]!) << 32n);
      const vector = new Deno.UnsafePointerView(Deno.UnsafePointer.create(address(4))!);
      let left = limits[calls++ % limits.length]!;
      let sent = 0;
      for (let i = 0; i < header[6]! && left > 0; i++) {
        const start = vector.getBigUint64(i * 16);
        const count = Math.min(left, Number(vector.getBigUint64(i * 16 + 8)));
        const view = new Deno.UnsafePointerView(Deno.UnsafePointer.create(start)!);
        for (let at = 0; at < count; at++) taken.push(view.getUint8(at));
        left -= count;
        sent += count;
      }
      return sent === 0 ? -1 : sent;
    },
  };
}

Deno.test("whatever the kernel takes at a time, bytes leave whole and in order, and are counted", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          size: fc.constantFrom(1, 64, 900, 4096, 16_384, 20_000, 70_000),
          shared: fc.boolean(),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      fc.array(fc.integer({ min: 0, max: 50_000 }), { minLength: 1, maxLength: 5 }),
      (frames, limits) => {
        const queue = new OutputQueue();
        const kernel = taker([...limits, 30_000]);
        const expected: number[] = [];
        frames.forEach(({ size, shared }, i) => {
          const bytes = frame(i, size);
          if (shared) queue.share(bytes);
          else queue.copy(bytes);
          expected.push(...bytes);
          if (i % 3 === 2) queue.drain(kernel.send);
          assert.equal(queue.bytes, expected.length - kernel.taken.length);
        });
        while (!queue.drain(kernel.send)) { /* Until all is gone. */ }
        assert.equal(queue.bytes, 0);
        assert.equal(queue.frames, 0);
        // Shared frames are put into one that stays open.
        assert.ok(chunksInUse() <= 1);
        assert.ok(kernel.taken.every((byte, at) => byte === expected[at]));
        assert.equal(kernel.taken.length, expected.length);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("frames behind fall as they are taken, not only when the socket has drained", () => {
  const queue = new OutputQueue();
  const kernel = taker([20_000]);
  for (let i = 0; i < 10; i++) queue.share(frame(i, 20_000));
  assert.equal(queue.frames, 10);
  for (let writable = 0; writable < 4; writable++) queue.drain(kernel.send);
  assert.equal(queue.frames, 6);
  assert.equal(queue.bytes, 6 * 20_000);
});

Deno.test("a frame for many queues lies in memory once, and its room is free when all have sent it", () => {
  const queues = Array.from({ length: 20 }, () => new OutputQueue());
  const before = chunksInUse();
  const frames = Array.from({ length: 3000 }, (_, i) => frame(i, 200));
  for (const bytes of frames) for (const queue of queues) queue.share(bytes);
  const chunks = Math.ceil(3000 * 200 / CHUNK_BYTES) + 1;
  assert.ok(chunksInUse() - before <= chunks, `${chunksInUse() - before} chunks`);
  const kernel = taker([50_000]);
  const [first, ...others] = queues;
  while (!first!.drain(kernel.send)) { /* Until all is gone. */ }
  assert.deepEqual(kernel.taken, frames.flatMap((bytes) => [...bytes]));
  assert.ok(chunksInUse() - before >= chunks - 2, "the others still have it to send");
  for (const queue of others) queue.clear();
  assert.ok(chunksInUse() - before <= 1, "what is left is written to");
});

Deno.test("a queue that had sent all goes on behind what others have had meanwhile", () => {
  const [one, other] = [new OutputQueue(), new OutputQueue()];
  const kernel = taker([1_000_000]);
  const frames = [0, 1, 2, 3].map((i) => frame(i, 300));
  for (const queue of [one, other]) queue.share(frames[0]!);
  while (!one.drain(kernel.send)) { /* Until all is gone. */ }
  for (const queue of [one, other]) queue.share(frames[1]!);
  other.share(frames[2]!);
  for (const queue of [one, other]) queue.share(frames[3]!);
  while (!one.drain(kernel.send)) { /* Until all is gone. */ }
  while (!other.drain(kernel.send)) { /* Until all is gone. */ }
  const expected = [0, 1, 3, 0, 1, 2, 3].flatMap((i) => [...frames[i]!]);
  assert.deepEqual(kernel.taken, expected);
});

/** The numbers of the frames that a kernel has taken, all of them `size` bytes or more. */
function framesOf(taken: readonly number[], sizes: ReadonlyMap<number, number>): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < taken.length;) {
    const number = taken[at]! - 1;
    const end = at + sizes.get(number)!;
    assert.ok(taken.slice(at, end).every((byte) => byte === taken[at]), `frame ${number} is whole`);
    numbers.push(number);
    at = end;
  }
  return numbers;
}

Deno.test("urgent frames pass those that wait, whole, and stay in order among themselves", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          size: fc.constantFrom(8, 900, 20_000, 70_000),
          kind: fc.constantFrom("copy", "share", "urgent"),
          drain: fc.boolean(),
        }),
        { minLength: 1, maxLength: 20 },
      ),
      fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 5 }),
      (frames, limits) => {
        const queue = new OutputQueue();
        const kernel = taker([...limits, 30_000]);
        const sizes = new Map(frames.map(({ size }, i) => [i, size]));
        let queued = 0;
        frames.forEach(({ size, kind, drain }, i) => {
          const bytes = frame(i, size);
          if (kind === "urgent") queue.reserveUrgent(size).set(bytes, queue.reservedAt);
          else if (kind === "share") queue.share(bytes);
          else queue.copy(bytes);
          queued += size;
          if (drain) queue.drain(kernel.send);
          assert.equal(queue.bytes, queued - kernel.taken.length);
        });
        while (!queue.drain(kernel.send)) { /* Until all is gone. */ }
        const order = framesOf(kernel.taken, sizes);
        const only = (urgent: boolean) =>
          order.filter((number) => (frames[number]!.kind === "urgent") === urgent);
        for (const part of [only(true), only(false)]) {
          assert.deepEqual(part, part.toSorted((a, b) => a - b));
        }
        assert.equal(order.length, frames.length);
        assert.equal(queue.frames, 0);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("an urgent frame waits for the rest of one frame, not for those behind it", () => {
  const queue = new OutputQueue();
  const kernel = taker([30_000, 0, 1_000_000]);
  for (let i = 0; i < 5; i++) queue.share(frame(i, 20_000));
  queue.drain(kernel.send);
  queue.reserveUrgent(100).fill(6);
  queue.reserveUrgent(100).fill(7);
  while (!queue.drain(kernel.send)) { /* Until all is gone. */ }
  const sizes = new Map([
    [0, 20_000],
    [1, 20_000],
    [2, 20_000],
    [3, 20_000],
    [4, 20_000],
    [5, 100],
    [
      6,
      100,
    ],
  ]);
  assert.deepEqual(framesOf(kernel.taken, sizes), [0, 1, 5, 6, 2, 3, 4]);
});
