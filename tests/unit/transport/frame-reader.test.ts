import assert from "node:assert/strict";
import fc from "fast-check";
import { sameBytes } from "../../../lib/base/mod.ts";
import { dropSpareFrame, FrameReader } from "../../../lib/transport/frame-reader.ts";

/** A frame of `length` bytes whose contents depend on `seed`. */
function frameOf(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(length).map((_, i) => i * 7 + seed);
  new DataView(frame.buffer).setUint32(0, length, true);
  return frame;
}

/** Something that feeds a reader the frames it shall get, piece by piece. */
class Feed {
  readonly sent: Uint8Array<ArrayBuffer>[];
  readonly got: Uint8Array[] = [];
  readonly buffers = new Set<ArrayBufferLike>();
  readonly #bytes: Uint8Array;
  readonly #reader: FrameReader;
  #at = 0;

  constructor(lengths: readonly number[], seed: number) {
    this.sent = lengths.map((length, i) => frameOf(length, seed + i));
    this.#bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const frame of this.sent) {
      this.#bytes.set(frame, at);
      at += frame.length;
    }
    this.#reader = new FrameReader((frame) => {
      this.got.push(frame.slice());
      this.buffers.add(frame.buffer);
    });
  }

  /** Feeds so much, from memory that is overwritten afterwards; `false` when nothing is left. */
  next(bytes: number): boolean {
    const slab = this.#bytes.slice(this.#at, this.#at + bytes);
    this.#at += slab.length;
    this.#reader.push(slab, slab.length);
    slab.fill(0xee);
    return this.#at < this.#bytes.length;
  }
}

Deno.test("readers that put large frames together in turn do not take each other's memory", () => {
  const lengths = fc.array(
    fc.oneof(fc.integer({ min: 4, max: 100 }), fc.integer({ min: 60_000, max: 300_000 })),
    { maxLength: 4 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 3 }), sizes, (all, cuts) => {
      const feeds = all.map((lengths, i) => new Feed(lengths, i * 50));
      let going = feeds.filter(({ sent }) => sent.length > 0);
      for (let i = 0; going.length > 0; i++) {
        // Small cuts of large frames would take for ever.
        going = going.filter((feed) => feed.next(Math.max(cuts[i % cuts.length]!, 1000)));
      }
      for (const { sent, got } of feeds) {
        assert.equal(got.length, sent.length);
        for (const [i, frame] of sent.entries()) assert.ok(sameBytes(frame, got[i]!));
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("the memory of a large frame is used for the next one, whoever reads it", () => {
  const LARGE = 1_000_000;
  const [first, second] = [new Feed([LARGE, LARGE], 1), new Feed([LARGE], 2)];
  while (first.next(64 * 1024));
  while (second.next(64 * 1024));
  assert.equal(new Set([...first.buffers, ...second.buffers]).size, 1);
  dropSpareFrame();
  const third = new Feed([LARGE], 3);
  while (third.next(64 * 1024));
  assert.equal(new Set([...first.buffers, ...third.buffers]).size, 2);
});
