import { errno, libcFunctions } from "../../lib/base/mod.ts";
import { FlockBuffer, LockCommand, LockType, type RecordLock } from "../../lib/cluster-lock/mod.ts";

/** O_RDWR | O_CREAT */
const OPEN_FLAGS = 0o102;
const FILE_MODE = 0o600;
/** PROT_READ | PROT_WRITE */
const MAP_PROTECTION = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

const libc = libcFunctions({
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  // A pointer that is made once is cheaper than a buffer, whose address is asked at every call.
  fcntl: { parameters: ["i32", "i32", "pointer"], result: "i32" },
  // The result, 1, 0 or -1, fits in the lower half of the register: no BigInt is made of it.
  pread: { parameters: ["i32", "pointer", "usize", "i64"], result: "i32" },
  pwrite: { parameters: ["i32", "pointer", "usize", "i64"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
});

/**
 * The file whose bytes are locked, read and written, with as little as possible between the loop
 * and the system calls. Offsets are below 2^31.
 */
export class TestFile {
  readonly #libc = libc();
  readonly #fd: number;
  readonly #record = new FlockBuffer();
  readonly #recordPointer = Deno.UnsafePointer.of(this.#record.bytes);
  /** `l_type` is the first of these, the low half of `l_start` the third of those. */
  readonly #recordShorts = new Int16Array(this.#record.bytes.buffer);
  readonly #recordInts = new Int32Array(this.#record.bytes.buffer);
  readonly #byte = new Uint8Array(1);
  readonly #bytePointer = Deno.UnsafePointer.of(this.#byte);
  /** The first offsets as system calls want them: making a BigInt costs as much as a call. */
  readonly #offsets = Array.from({ length: 256 }, (_, offset) => BigInt(offset));
  #map: { bytes: Uint8Array; pointer: Deno.PointerValue } | undefined;

  /** Opens or creates the file; {@link isOpen} tells how that went. */
  constructor(path: string) {
    const name = new TextEncoder().encode(`${path}\0`);
    this.#fd = this.#libc.open(name, OPEN_FLAGS, FILE_MODE);
    this.#record.set(LockType.WRITE, 0, 1);
  }

  get isOpen(): boolean {
    return this.#fd >= 0;
  }

  /** `errno` of the last call that failed. */
  get errno(): number {
    return errno();
  }

  truncate(length: number): boolean {
    return this.#libc.ftruncate(this.#fd, BigInt(length)) === 0;
  }

  /** Maps the first `length` bytes; {@link read} and {@link write} use the mapping from then on. */
  map(length: number): boolean {
    const pointer = this.#libc.mmap(
      null,
      BigInt(length),
      MAP_PROTECTION,
      MAP_SHARED,
      this.#fd,
      0n,
    );
    if (pointer === null || BigInt(Deno.UnsafePointer.value(pointer)) === MAP_FAILED) return false;
    const memory = Deno.UnsafePointerView.getArrayBuffer(pointer, length);
    this.#map = { bytes: new Uint8Array(memory), pointer };
    return true;
  }

  /** Waits for a write lock on one byte. */
  lock(byte: number): boolean {
    this.#recordShorts[0] = LockType.WRITE;
    this.#recordInts[2] = byte;
    return this.#libc.fcntl(this.#fd, LockCommand.SET_WAIT, this.#recordPointer) === 0;
  }

  unlock(byte: number): boolean {
    this.#recordShorts[0] = LockType.UNLOCK;
    this.#recordInts[2] = byte;
    return this.#libc.fcntl(this.#fd, LockCommand.SET_WAIT, this.#recordPointer) === 0;
  }

  /** Whether nobody else has a lock on a byte. False also if that could not be asked. */
  isFree(byte: number): boolean {
    this.#recordShorts[0] = LockType.WRITE;
    this.#recordInts[2] = byte;
    const answered = this.#libc.fcntl(this.#fd, LockCommand.GET, this.#recordPointer) === 0;
    const free = answered && this.#recordShorts[0] === LockType.UNLOCK;
    // The kernel wrote the range of what it found over the one that we asked for.
    if (!free) this.#record.set(LockType.WRITE, byte, 1);
    return free;
  }

  /** Takes a write lock on a range if nobody else has any of it. */
  tryLockRange(start: number, length: number): boolean {
    const record = new FlockBuffer();
    record.set(LockType.WRITE, start, length);
    const pointer = Deno.UnsafePointer.of(record.bytes);
    return this.#libc.fcntl(this.#fd, LockCommand.SET, pointer) === 0;
  }

  /** The lock of somebody else that keeps us from a range; `undefined`: none; `null`: an error. */
  conflict(start: number, length: number): RecordLock | undefined | null {
    const record = new FlockBuffer();
    record.set(LockType.WRITE, start, length);
    const pointer = Deno.UnsafePointer.of(record.bytes);
    if (this.#libc.fcntl(this.#fd, LockCommand.GET, pointer) !== 0) return null;
    const found = record.get();
    return found.type === LockType.UNLOCK ? undefined : found;
  }

  /** The value of one byte, or -1. */
  read(offset: number): number {
    if (this.#map) return this.#map.bytes[offset] ?? -1;
    const count = this.#libc.pread(this.#fd, this.#bytePointer, 1n, this.#offset(offset));
    return count === 1 ? this.#byte[0]! : -1;
  }

  /** Writes one byte, of which the lowest eight bits count. */
  write(offset: number, value: number): boolean {
    if (this.#map) {
      this.#map.bytes[offset] = value;
      return true;
    }
    this.#byte[0] = value;
    return this.#libc.pwrite(this.#fd, this.#bytePointer, 1n, this.#offset(offset)) === 1;
  }

  #offset(offset: number): bigint {
    return this.#offsets[offset] ?? BigInt(offset);
  }

  /** Drops all locks. */
  close(): void {
    if (this.#map) this.#libc.munmap(this.#map.pointer, BigInt(this.#map.bytes.length));
    this.#map = undefined;
    this.#libc.close(this.#fd);
  }
}
