import { MAX_CALL_BUFFERS } from "../limits/mod.ts";
import { copyBytes } from "../wire/mod.ts";
import { addressOf, MessageHeader } from "./memory.ts";
import {
  CHUNK_BYTES,
  giveChunk,
  type OutputChunk,
  SMALL_CHUNK_BYTES,
  takeChunk,
  takeSmallChunk,
  takeWideChunk,
  WIDE_CHUNK_BYTES,
} from "./output-chunks.ts";
import { SHARED_FRAME_BYTES, shareFrame } from "./shared-frames.ts";

/** A rest that is a smaller part of its chunk is copied out, so that the chunk can serve others. */
const WORTH_KEEPING = 0.25;

/** Bytes on their way out: of several frames (a chunk), or of one. */
interface Segment {
  bytes: Uint8Array<ArrayBuffer>;
  address: number;
  start: number;
  end: number;
  frames: number;
  /** A part of it has been sent: what comes before it now would land in the middle of a frame. */
  begun: boolean;
  /** It holds an urgent frame, perhaps among others. */
  urgent: boolean;
  /** To be given back when all is sent. */
  chunk: OutputChunk | undefined;
  /** Other queues send from the chunk, too. */
  shared: boolean;
}

/** One header for all queues of this thread: a call is over before the next is prepared. */
let header: MessageHeader | undefined;

/**
 * The output of one socket. While the socket takes everything, the frames of a turn are put together
 * in one chunk and leave with one system call. Once it takes no more, frames are kept by reference,
 * so that one for many readers lies in memory once.
 */
export class OutputQueue {
  /**
   * What waits, in order. A frame that is kept by reference becomes a segment when it is about to be
   * sent: for one that waits for many readers a segment each would be most of what it costs.
   */
  readonly #segments: (Segment | Uint8Array<ArrayBuffer>)[] = [];
  #first = 0;
  #chunk: OutputChunk | undefined;
  #fill = 0;
  #chunkFrames = 0;
  #chunkUrgent = false;
  #bytes = 0;
  #frames = 0;

  /** Bytes that the kernel has not taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Frames of which the kernel has not taken all. */
  get frames(): number {
    return this.#frames;
  }

  /**
   * Room for a frame of `length` bytes that is written now; `offset` in the array that is returned is
   * {@link reservedAt}. The room holds bytes of earlier frames: all of it must be written.
   */
  reserve(length: number): Uint8Array<ArrayBuffer> {
    this.#bytes += length;
    this.#frames++;
    if (length > CHUNK_BYTES) return this.#reserveLarge(length);
    const chunk = this.#chunkFor(length);
    this.reservedAt = this.#fill;
    this.#fill += length;
    this.#chunkFrames++;
    return chunk.bytes;
  }

  /** The chunk that has room for `length` more bytes, {@link CHUNK_BYTES} at most. */
  #chunkFor(length: number): OutputChunk {
    const chunk = this.#chunk;
    const fill = this.#fill;
    if (chunk !== undefined && fill + length <= chunk.bytes.length) return chunk;
    if (chunk === undefined) {
      return this.#chunk = length <= SMALL_CHUNK_BYTES ? takeSmallChunk() : takeChunk();
    }
    if (fill + length > CHUNK_BYTES) {
      this.#closeChunk();
      return this.#chunk = takeChunk();
    }
    const larger = takeChunk();
    copyBytes(chunk.bytes, 0, fill, larger.bytes, 0);
    giveChunk(chunk);
    return this.#chunk = larger;
  }

  #reserveLarge(length: number): Uint8Array<ArrayBuffer> {
    this.#closeChunk();
    this.reservedAt = 0;
    if (length > WIDE_CHUNK_BYTES) {
      const bytes = new Uint8Array(length);
      this.#segments.push(segmentOf(bytes, false));
      return bytes;
    }
    const chunk = takeWideChunk();
    const { bytes, address } = chunk;
    this.#segments.push({ ...segmentOf(bytes, false), address, end: length, chunk });
    return bytes;
  }

  /**
   * {@link reserve} for a frame that goes before those that wait in other segments, behind the urgent
   * ones that came earlier. One of which a part has left is finished first.
   */
  reserveUrgent(length: number): Uint8Array<ArrayBuffer> {
    if (this.#first === this.#segments.length) {
      const bytes = this.reserve(length);
      this.#urgentIsLast();
      return bytes;
    }
    this.#bytes += length;
    this.#frames++;
    const bytes = new Uint8Array(length);
    this.#segments.splice(this.#placeOfUrgent(), 0, segmentOf(bytes, true));
    this.reservedAt = 0;
    return bytes;
  }

  /** Where the room of the last {@link reserve} begins. */
  reservedAt = 0;

  /** Queues a copy of a frame. */
  copy(frame: Uint8Array): void {
    const bytes = this.reserve(frame.byteLength);
    bytes.set(frame, this.reservedAt);
  }

  /** Queues a frame that nobody changes any more: in memory once, however many queues have it. */
  share(frame: Uint8Array<ArrayBuffer>): void {
    this.#bytes += frame.byteLength;
    this.#frames++;
    this.#closeChunk();
    if (frame.byteLength > SHARED_FRAME_BYTES) this.#segments.push(frame);
    else this.#sharePlace(frame);
  }

  #sharePlace(frame: Uint8Array<ArrayBuffer>): void {
    const { chunk, start, end } = shareFrame(frame);
    const last = this.#segments.at(-1);
    if (
      last !== undefined && !(last instanceof Uint8Array) && last.shared && last.chunk === chunk &&
      last.end === start && this.#segments.length > this.#first
    ) {
      last.end = end;
      last.frames++;
      return;
    }
    chunk.holders++;
    const { bytes, address } = chunk;
    this.#segments.push({ ...segmentOf(bytes, false), address, start, end, chunk, shared: true });
  }

  /**
   * Hands as much as possible to `send`, which is given a prepared header and returns how many bytes
   * were taken, or a negative number for none.
   *
   * @returns whether all is sent; otherwise `send` took less than it was offered
   */
  drain(send: (header: Uint32Array<ArrayBuffer>) => number): boolean {
    const message = header ??= new MessageHeader(MAX_CALL_BUFFERS);
    if (this.#first === this.#segments.length) {
      if (this.#chunk === undefined) return true;
      if (this.#sendChunk(message, this.#chunk, send)) return true;
      this.#freeChunks();
      return false;
    }
    this.#closeChunk();
    while (this.#first < this.#segments.length) {
      const offered = this.#prepare(message);
      const sent = send(message.words);
      if (sent > 0) this.#sent(sent);
      if (sent < offered) {
        this.#freeChunks();
        return false;
      }
    }
    this.#segments.length = 0;
    this.#first = 0;
    return true;
  }

  /**
   * What most turns have to send: one chunk, and nothing waits before it. `false` when the socket took
   * less than all.
   */
  #sendChunk(
    message: MessageHeader,
    chunk: OutputChunk,
    send: (header: Uint32Array<ArrayBuffer>) => number,
  ): boolean {
    message.set(0, chunk.address, this.#fill);
    const sent = send(message.use(1).words);
    if (sent < this.#fill) {
      this.#closeChunk();
      if (sent > 0) this.#sent(sent);
      return false;
    }
    this.#bytes -= sent;
    this.#frames -= this.#chunkFrames;
    this.#forgetChunk();
    giveChunk(chunk);
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    this.#closeChunk();
    for (let i = this.#first; i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      if (!(segment instanceof Uint8Array)) release(segment);
    }
    this.#segments.length = 0;
    this.#first = 0;
    this.#bytes = 0;
    this.#frames = 0;
  }

  /** Behind the last urgent frame, and behind the one of which a part has left. */
  #placeOfUrgent(): number {
    for (let i = this.#segments.length - 1; i >= this.#first; i--) {
      const segment = this.#segments[i]!;
      if (!(segment instanceof Uint8Array) && (segment.urgent || segment.begun)) return i + 1;
    }
    return this.#first;
  }

  /** The next urgent frame stays behind what holds the last one. */
  #urgentIsLast(): void {
    if (this.#chunk !== undefined) this.#chunkUrgent = true;
    else this.#segmentAt(this.#segments.length - 1).urgent = true;
  }

  #closeChunk(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    this.#segments.push({
      bytes: chunk.bytes,
      address: chunk.address,
      start: 0,
      end: this.#fill,
      frames: this.#chunkFrames,
      begun: false,
      urgent: this.#chunkUrgent,
      chunk,
      shared: false,
    });
    this.#forgetChunk();
  }

  #forgetChunk(): void {
    this.#chunk = undefined;
    this.#fill = 0;
    this.#chunkFrames = 0;
    this.#chunkUrgent = false;
  }

  #segmentAt(index: number): Segment {
    const segment = this.#segments[index]!;
    return segment instanceof Uint8Array
      ? this.#segments[index] = segmentOf(segment, false)
      : segment;
  }

  /** Describes the next segments in the header; returns how many bytes they have. */
  #prepare(message: MessageHeader): number {
    const count = Math.min(this.#segments.length - this.#first, message.capacity);
    let offered = 0;
    for (let i = 0; i < count; i++) {
      const segment = this.#segmentAt(this.#first + i);
      if (segment.address === 0) segment.address = addressOf(segment.bytes);
      const length = segment.end - segment.start;
      message.set(i, segment.address + segment.start, length);
      offered += length;
    }
    message.use(count);
    return offered;
  }

  #sent(count: number): void {
    this.#bytes -= count;
    let left = count;
    while (left > 0) {
      const segment = this.#segmentAt(this.#first);
      const length = segment.end - segment.start;
      if (left < length) {
        if (left > 0) segment.begun = true;
        segment.start += left;
        break;
      }
      left -= length;
      this.#frames -= segment.frames;
      release(segment);
      this.#first++;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#segments.length) {
      this.#segments.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** A socket that takes no more may stay so for long: what is left must not hold chunks. */
  #freeChunks(): void {
    const segment = this.#segments[this.#segments.length - 1]!;
    if (segment instanceof Uint8Array) return;
    const { chunk, start, end, bytes, shared } = segment;
    if (chunk === undefined || shared || end - start > bytes.length * WORTH_KEEPING) return;
    segment.bytes = bytes.slice(start, end);
    segment.address = 0;
    segment.start = 0;
    segment.end = end - start;
    segment.chunk = undefined;
    giveChunk(chunk);
  }
}

/** A segment of one frame. */
function segmentOf(bytes: Uint8Array<ArrayBuffer>, urgent: boolean): Segment {
  return {
    bytes,
    address: 0,
    start: 0,
    end: bytes.byteLength,
    frames: 1,
    begun: false,
    urgent,
    chunk: undefined,
    shared: false,
  };
}

function release(segment: Segment): void {
  if (segment.chunk !== undefined) giveChunk(segment.chunk);
}
