import { libcFunctions } from "../base/mod.ts";
import { MAX_CHAIN_RECORDS } from "../limits/mod.ts";
import type { FileHeader } from "./file-header.ts";
import type { MutexWords } from "./mutex-area.ts";
import { copyBytes } from "../wire/mod.ts";
import type { PlacedRecord, PlacedVisitor } from "./tdb.ts";

const libc = libcFunctions({
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
});

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const SEEK_END = 2;
/** What `mmap` returns when it fails. */
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** A record in its chain, in 32-bit words (found by looking at files that libtdb wrote). */
const WORD = { NEXT: 0, ROOM: 1, KEY_LENGTH: 2, DATA_LENGTH: 3, HASH: 4, MAGIC: 5 } as const;
const RECORD_BYTES = 24;
const LIVE = 0x26011999;
/** Deleted, and kept for reuse. */
const DEAD = 0xfee1dead;
/** A record's room ends with its own size, which is libtdb's. */
const TAILER_BYTES = 4;

/** {@link MappedRecords.find}: there is no such record. */
export const NOT_THERE = 0;
/** {@link MappedRecords.find}: the chain is not as it should be; libtdb shall look, and say so. */
export const NOT_CLEAR = -1;

/**
 * The records of an open TDB file, read where they lie. libtdb hands a value out by a callback into
 * JavaScript, which costs ten times what reading it does.
 *
 * Whoever calls holds the lock of the key's chain, or of all chains: nobody else writes to what is
 * looked at here. Nothing is looked at beyond the end of the file, whatever it says.
 */
export class MappedRecords {
  readonly #fd: number;
  /** Where offsets in the file count from: behind the mutexes, if there are any. */
  readonly #base: number;
  readonly #headsAt: number;
  readonly #hashSize: number;
  #address: Deno.PointerObject | null = null;
  #size = 0;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #words: Uint32Array<ArrayBuffer> = new Uint32Array(0);

  /** `fd` is libtdb's descriptor of the file; it stays open for as long as this is used. */
  constructor(fd: number, header: FileHeader) {
    this.#fd = fd;
    this.#base = header.base;
    this.#headsAt = header.headsAt;
    this.#hashSize = header.hashSize;
  }

  /**
   * Where the record of a key lies, [start, end) of `key`, whose TDB hash is `hash`; else
   * {@link NOT_THERE} or {@link NOT_CLEAR}. Valid for as long as the chain stays locked.
   */
  find(key: Uint8Array, hash: number, start: number, end: number): number {
    const head = this.#headWord(hash % this.#hashSize);
    if (!this.#reaches((head + 1) * 4)) return NOT_CLEAR;
    let offset = this.#words[head]!;
    for (let steps = 0; offset !== 0; steps++) {
      const at = offset + this.#base;
      if (steps > MAX_CHAIN_RECORDS || (at & 3) !== 0 || !this.#reaches(at + RECORD_BYTES)) {
        return NOT_CLEAR;
      }
      const word = at >>> 2;
      const words = this.#words;
      const magic = words[word + WORD.MAGIC]!;
      if (magic !== LIVE && magic !== DEAD) return NOT_CLEAR;
      if (
        magic === LIVE && words[word + WORD.HASH] === hash &&
        words[word + WORD.KEY_LENGTH] === end - start
      ) {
        const behind = at + RECORD_BYTES + end - start + words[word + WORD.DATA_LENGTH]!;
        if (!this.#reaches(behind)) return NOT_CLEAR;
        if (this.#hasKey(at + RECORD_BYTES, key, start, end)) return at;
      }
      offset = this.#words[word + WORD.NEXT]!;
    }
    return NOT_THERE;
  }

  /** A copy of the value of the record at `at`. */
  value(at: number): Uint8Array<ArrayBuffer> {
    const word = at >>> 2;
    const start = at + RECORD_BYTES + this.#words[word + WORD.KEY_LENGTH]!;
    return this.#bytes.slice(start, start + this.#words[word + WORD.DATA_LENGTH]!);
  }

  /** What `read` makes of the value of the record at `at`, in the file's own memory. */
  read<T>(at: number, read: (bytes: Uint8Array, start: number, end: number) => T): T {
    const word = at >>> 2;
    const start = at + RECORD_BYTES + this.#words[word + WORD.KEY_LENGTH]!;
    return read(this.#bytes, start, start + this.#words[word + WORD.DATA_LENGTH]!);
  }

  /**
   * Shows `visit` the records of a chain, whose lock is held, where they lie; `undefined` when the
   * chain is not as it should be, in which case nothing was shown.
   */
  visitChain(
    chain: number,
    visit: PlacedVisitor,
  ): { readonly visited: number; readonly stopped: boolean } | undefined {
    if (!this.#isSound(chain)) return undefined;
    let visited = 0;
    for (let offset = this.#words[this.#headWord(chain)]!; offset !== 0;) {
      const at = offset + this.#base;
      const word = at >>> 2;
      offset = this.#words[word + WORD.NEXT]!;
      if (this.#words[word + WORD.MAGIC] !== LIVE) continue;
      visited++;
      const key = at + RECORD_BYTES;
      const data = key + this.#words[word + WORD.KEY_LENGTH]!;
      const end = data + this.#words[word + WORD.DATA_LENGTH]!;
      if (visit(this.#bytes, key, data, end) === false) return { visited, stopped: true };
    }
    return { visited, stopped: false };
  }

  /**
   * The next chain from `chain` on that may have records, or `end`; no lock need be held. One that
   * looks empty counts as such if its mutex and that for all chains are free: a record that is being
   * replaced can be out of its chain for a moment, but not without a lock. Looking at the head again
   * after that leaves nothing that a process could do between any two of the looks and be missed,
   * but to finish one such change and begin another.
   */
  nextUsed(chain: number, end: number, mutexes: MutexWords): number {
    if (end > this.#hashSize || !this.#reaches((this.#headWord(end - 1) + 1) * 4)) return chain;
    const words = this.#words;
    const heads = this.#headWord(0);
    for (let at = chain; at < end; at++) {
      if (Atomics.load(words, heads + at) !== 0) return at;
      if (Atomics.load(words, mutexes.first + at * mutexes.step) !== 0) return at;
      if (Atomics.load(words, mutexes.all) !== 0) return at;
      if (Atomics.load(words, heads + at) !== 0) return at;
    }
    return end;
  }

  /** Whether a chain is as it should be, with all its records within the file. */
  #isSound(chain: number): boolean {
    const head = this.#headWord(chain);
    if (chain >= this.#hashSize || !this.#reaches((head + 1) * 4)) return false;
    let offset = this.#words[head]!;
    for (let steps = 0; offset !== 0; steps++) {
      const at = offset + this.#base;
      if (steps > MAX_CHAIN_RECORDS || (at & 3) !== 0 || !this.#reaches(at + RECORD_BYTES)) {
        return false;
      }
      const word = at >>> 2;
      const magic = this.#words[word + WORD.MAGIC]!;
      if (magic !== LIVE && magic !== DEAD) return false;
      const length = this.#words[word + WORD.KEY_LENGTH]! + this.#words[word + WORD.DATA_LENGTH]!;
      if (magic === LIVE && !this.#reaches(at + RECORD_BYTES + length)) return false;
      offset = this.#words[word + WORD.NEXT]!;
    }
    return true;
  }

  /** Where the head of a chain lies, in 32-bit words. */
  #headWord(chain: number): number {
    return (this.#headsAt + (chain + 1) * 4) >>> 2;
  }

  /**
   * Overwrites the value of the record at `at` with the first `length` bytes of `value`; `false` when
   * that needs more room.
   */
  replace(at: number, value: Uint8Array, length: number): boolean {
    const start = this.#valueFor(at, length);
    if (start === 0) return false;
    copyBytes(value, 0, length, this.#bytes, start);
    this.#words[(at >>> 2) + WORD.DATA_LENGTH] = length;
    return true;
  }

  /** {@link replace} by two parts, of which the second is not written again where it stays. */
  replaceParts(at: number, begin: Uint8Array, rest: Uint8Array, restStays: boolean): boolean {
    const length = begin.length + rest.length;
    const start = this.#valueFor(at, length);
    if (start === 0) return false;
    copyBytes(begin, 0, begin.length, this.#bytes, start);
    const lengthWord = (at >>> 2) + WORD.DATA_LENGTH;
    if (restStays && this.#words[lengthWord] === length) return true;
    copyBytes(rest, 0, rest.length, this.#bytes, start + begin.length);
    this.#words[lengthWord] = length;
    return true;
  }

  /** Whether the record at `at` has room for a value of `length` bytes. */
  hasRoom(at: number, length: number): boolean {
    return this.#valueFor(at, length) !== 0;
  }

  /** Where the value of the record at `at` lies, if it has room for so much; else 0. */
  #valueFor(at: number, length: number): number {
    const word = at >>> 2;
    const keyLength = this.#words[word + WORD.KEY_LENGTH]!;
    const room = this.#words[word + WORD.ROOM]!;
    if (keyLength + length + TAILER_BYTES > room) return 0;
    return this.#reaches(at + RECORD_BYTES + room) ? at + RECORD_BYTES + keyLength : 0;
  }

  /**
   * Makes a record of what lies in `source`, key in [key, data) and value in [data, end), out of the
   * end of the room of the record at `donor`, whose value is empty; `false` when that has too little
   * left. Its key must not be there yet; all chains are locked.
   *
   * Each step leaves a file that libtdb finds whole, should the process end here.
   */
  carve(donor: number, { bytes, key, data, end }: PlacedRecord, hash: number): boolean {
    const words = this.#words;
    const donorWord = donor >>> 2;
    const room = roomFor(end - key);
    const left = words[donorWord + WORD.ROOM]! - RECORD_BYTES - room;
    if (left < words[donorWord + WORD.KEY_LENGTH]! + TAILER_BYTES) return false;
    const at = donor + RECORD_BYTES + left;
    const head = this.#headWord(hash % this.#hashSize);
    copyBytes(bytes, key, end, this.#bytes, at + RECORD_BYTES);
    const word = at >>> 2;
    words[word + WORD.NEXT] = words[head]!;
    words[word + WORD.ROOM] = room;
    words[word + WORD.KEY_LENGTH] = data - key;
    words[word + WORD.DATA_LENGTH] = end - data;
    words[word + WORD.HASH] = hash;
    words[word + WORD.MAGIC] = LIVE;
    words[(at + room + RECORD_BYTES - TAILER_BYTES) >>> 2] = RECORD_BYTES + room;
    words[(at - TAILER_BYTES) >>> 2] = RECORD_BYTES + left;
    words[donorWord + WORD.ROOM] = left;
    words[head] = at - this.#base;
    return true;
  }

  /** Gives the mapping back; before the file is closed. */
  close(): void {
    if (this.#address !== null) libc().munmap(this.#address, BigInt(this.#size));
    this.#address = null;
    this.#size = 0;
    this.#bytes = new Uint8Array(0);
    this.#words = new Uint32Array(0);
  }

  /** Whether bytes up to `end` are mapped, after a new look at the file if need be. */
  #reaches(end: number): boolean {
    return end <= this.#size || this.#mapAnew(end);
  }

  #mapAnew(end: number): boolean {
    const size = Number(libc().lseek(this.#fd, 0n, SEEK_END));
    if (end > size) return false;
    this.close();
    const { mmap } = libc();
    const address = mmap(null, BigInt(size), PROT_READ_WRITE, MAP_SHARED, this.#fd, 0n);
    if (address === null || Deno.UnsafePointer.value(address) === MAP_FAILED) return false;
    this.#address = address;
    this.#size = size;
    const memory = Deno.UnsafePointerView.getArrayBuffer(address, size) as ArrayBuffer;
    this.#bytes = new Uint8Array(memory);
    this.#words = new Uint32Array(memory, 0, size >>> 2);
    return true;
  }

  #hasKey(at: number, key: Uint8Array, start: number, end: number): boolean {
    const bytes = this.#bytes;
    for (let i = start, j = at; i < end; i++, j++) if (bytes[j] !== key[i]) return false;
    return true;
  }
}

/** The room that libtdb gives a record of so many bytes: a quarter more, for when it grows. */
export function roomFor(length: number): number {
  return (Math.floor(length * 1.25) + TAILER_BYTES + 3) & ~3;
}
