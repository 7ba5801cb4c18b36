import { WireError } from "./errors.ts";
import { i32At, putU32, putU64, u32At, u64At } from "./little-endian.ts";

/** What a writer that was too small has next at least. */
const LEAST_GROWN_BYTES = 32;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

/**
 * Reads little-endian values from a view of bytes and never past its end.
 *
 * Byte fields come out as views of the input, not as copies: they live as long as the frame does,
 * and whoever keeps one longer copies it.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes consumed so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes not yet consumed. */
  get remaining(): number {
    return this.#bytes.byteLength - this.#offset;
  }

  #take(size: number): number {
    const at = this.#offset;
    if (size > this.#bytes.byteLength - at) {
      throw new WireError(
        "truncated",
        `read ${size} bytes at offset ${at}: ${this.remaining} are left`,
      );
    }
    this.#offset = at + size;
    return at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  u16(): number {
    const at = this.#take(2);
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8);
  }

  /** Network byte order; only ports have it. */
  u16be(): number {
    const at = this.#take(2);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  u32(): number {
    return u32At(this.#bytes, this.#take(4));
  }

  i32(): number {
    return i32At(this.#bytes, this.#take(4));
  }

  u64(): bigint {
    return u64At(this.#bytes, this.#take(8));
  }

  i64(): bigint {
    return BigInt.asIntN(64, u64At(this.#bytes, this.#take(8)));
  }

  f64(): number {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return new DataView(buffer, byteOffset, byteLength).getFloat64(this.#take(8), true);
  }

  /** The next `size` bytes, as a view. */
  bytes(size: number): Uint8Array {
    const at = this.#take(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Passes over `size` bytes: pads, which hold rubbish at some senders (wire.md 16.3). */
  skip(size: number): void {
    this.#take(size);
  }
}

/** Writes little-endian values into bytes that grow as needed. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #offset = 0;

  /** `capacity` is the expected size in bytes; a good guess saves a copy. */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get offset(): number {
    return this.#offset;
  }

  #reserve(size: number): number {
    const at = this.#offset;
    const end = at + size;
    if (end > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.byteLength * 2, LEAST_GROWN_BYTES));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    this.#offset = end;
    return at;
  }

  u8(value: number): void {
    if ((value & 0xff) !== value) throw outOfRange("u8", value);
    const at = this.#reserve(1); // may replace the bytes
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange("u16", value);
    const at = this.#reserve(2); // may replace the bytes
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
  }

  /** Network byte order; only ports have it. */
  u16be(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange("u16", value);
    const at = this.#reserve(2); // may replace the bytes
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  u32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange("u32", value);
    const at = this.#reserve(4); // may replace the bytes
    putU32(this.#bytes, at, value);
  }

  /** Four of {@link u32} that are known to fit. */
  fourU32(a: number, b: number, c: number, d: number): void {
    const at = this.#reserve(16); // may replace the bytes
    const bytes = this.#bytes;
    putU32(bytes, at, a);
    putU32(bytes, at + 4, b);
    putU32(bytes, at + 8, c);
    putU32(bytes, at + 12, d);
  }

  i32(value: number): void {
    if ((value | 0) !== value) throw outOfRange("i32", value);
    const at = this.#reserve(4); // may replace the bytes
    putU32(this.#bytes, at, value);
  }

  u64(value: bigint): void {
    if (value < 0n || value > U64_MAX) throw outOfRange("u64", value);
    const at = this.#reserve(8); // may replace the bytes
    putU64(this.#bytes, at, value);
  }

  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw outOfRange("i64", value);
    const at = this.#reserve(8); // may replace the bytes
    putU64(this.#bytes, at, BigInt.asUintN(64, value));
  }

  f64(value: number): void {
    const at = this.#reserve(8); // may replace the bytes
    new DataView(this.#bytes.buffer).setFloat64(at, value, true);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.byteLength);
    this.#bytes.set(value, at);
  }

  /** The bytes `start` .. `end - 1` of `source`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const at = this.#reserve(end - start);
    copyBytes(source, start, end, this.#bytes, at);
  }

  /** `size` zero bytes: what every pad is when we send it. */
  zeros(size: number): void {
    this.#reserve(size);
  }

  /** Puts a u32 over what was written at `offset`: a count that is known only at the end. */
  patchU32(offset: number, value: number): void {
    if (offset + 4 > this.#offset) throw outOfRange("offset of a patch", offset);
    if (value >>> 0 !== value) throw outOfRange("u32", value);
    putU32(this.#bytes, offset, value);
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    // A small array lies in V8's heap until there is a view of it.
    const bytes = this.#bytes;
    return this.#offset === bytes.byteLength ? bytes : bytes.subarray(0, this.#offset);
  }

  /** Begins anew in the same memory: what {@link finish} returned is overwritten. */
  restart(): void {
    this.#offset = 0;
  }
}

function outOfRange(type: string, value: number | bigint): WireError {
  return new WireError("value", `write ${type}: ${value}`);
}

/** What is short is copied faster byte by byte than through a view of it. */
const SHORT_BYTES = 256;

/** Copies the bytes `start` .. `end - 1` of `from` to `at` in `to`; without a view when they are few. */
export function copyBytes(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
): void {
  if (end - start > SHORT_BYTES) return to.set(from.subarray(start, end), at);
  for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
}
