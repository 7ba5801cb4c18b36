import { ByteReader } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";

/** What stands where a pointer may not be absent. */
export const PRESENT_POINTER = 0xaef1aef1;

const STRICT_TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads what Samba encodes as NDR (`openfiles.md` 2.3). Offsets for alignment count from the start
 * of `bytes`. Never reads past the end.
 *
 * @throws {SambaFormatError} a text without its NUL; {@link ByteReader} throws for what is short
 */
export class NdrReader {
  readonly #r: ByteReader;

  constructor(bytes: Uint8Array) {
    this.#r = new ByteReader(bytes);
  }

  get offset(): number {
    return this.#r.offset;
  }

  get remaining(): number {
    return this.#r.remaining;
  }

  /** Passes over the gap in front of a value that is aligned to `size` bytes. */
  align(size: number): void {
    this.#r.skip((size - (this.#r.offset % size)) % size);
  }

  skip(size: number): void {
    this.#r.skip(size);
  }

  u8(): number {
    return this.#r.u8();
  }

  u16(): number {
    this.align(2);
    return this.#r.u16();
  }

  u32(): number {
    this.align(4);
    return this.#r.u32();
  }

  /** A u64 aligned to 8. */
  hyper(): bigint {
    this.align(8);
    return this.#r.u64();
  }

  /** A u64 aligned to 4: NTTIME and the parts of a file id. */
  udlong(): bigint {
    this.align(4);
    return this.#r.u64();
  }

  /** Bytes where they stand; a view. */
  bytes(size: number): Uint8Array {
    return this.#r.bytes(size);
  }

  /** A GUID as text, `2df4a1e7-902e-4cf6-86e6-0c305d316493`. */
  guid(): string {
    this.align(4);
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
    const head = [hex(this.#r.u32(), 8), hex(this.#r.u16(), 4), hex(this.#r.u16(), 4)].join("-");
    const tail = this.#r.bytes(8);
    return `${head}-${tail.subarray(0, 2).toHex()}-${tail.subarray(2).toHex()}`;
  }

  /** Microseconds since 1970; 12 bytes. */
  timeval_us(): bigint {
    this.align(8);
    const seconds = this.#r.u64();
    const microseconds = this.#r.u32();
    if (microseconds >= 1_000_000) {
      throw new SambaFormatError(`Read a time: ${microseconds} microseconds`);
    }
    return seconds * 1_000_000n + BigInt(microseconds);
  }

  /** A security identifier as text, `S-1-22-1-1000`. */
  sid(): string {
    this.align(4);
    const revision = this.#r.u8();
    const count = this.#r.u8();
    if (revision !== 1 || count > 15) {
      throw new SambaFormatError(`Read a SID: revision ${revision}, ${count} parts`);
    }
    const authority = BigInt(`0x${this.#r.bytes(6).toHex()}`);
    const parts = Array.from({ length: count }, () => this.#r.u32());
    return ["S-1", authority, ...parts].join("-");
  }

  /** Bytes with their number in front; a view. */
  countedBytes(): Uint8Array {
    return this.#r.bytes(this.u32());
  }

  /** Whether a pointer leads to something, which then comes behind the fixed part. */
  pointer(): boolean {
    return this.u32() !== 0;
  }

  /** A text behind a pointer. Bytes that are not UTF-8 come as `\xNN`. */
  text(): string {
    const maximum = this.u32();
    const offset = this.#r.u32();
    const count = this.#r.u32();
    if (count === 0 || maximum !== count || offset !== 0) {
      throw new SambaFormatError(`Read a text: maximum ${maximum}, ${offset}, count ${count}`);
    }
    const bytes = this.#r.bytes(count);
    if (bytes.indexOf(0) !== count - 1) {
      throw new SambaFormatError(`Read a text: its NUL is at ${bytes.indexOf(0)} of ${count}`);
    }
    return textOf(bytes.subarray(0, -1));
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return STRICT_TEXT.decode(bytes);
  } catch {
    return [...bytes].map(escaped).join("");
  }
}

function escaped(byte: number): string {
  const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
  return plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}
