import {
  readRecordHeader,
  RECORD_HEADER_SIZE,
  type RecordHeader,
  writeRecordHeader,
} from "../wire/mod.ts";
import { SlotMemory } from "./slot-memory.ts";

/** Words of a slot: the next slot of its bucket, the hash, the bytes of the key; header and key. */
const NEXT = 0;
const HASH = 1;
const KEY_BYTES = 2;
const HEADER_AT = 16;
const KEY_AT = HEADER_AT + RECORD_HEADER_SIZE;
/** In {@link KEY_BYTES} of a slot that is free: its size is still needed to pass it by. */
const FREE = 0x8000_0000;

const SEGMENT_BITS = 12;
const SEGMENT_BUCKETS = 1 << SEGMENT_BITS;
const FIRST_BUCKETS = 8;
/** What stays when nothing is left: of a file that is opened and closed the record comes and goes. */
const KEPT_BYTES = 4096;

/** What is held at most. */
export interface FlatLimit {
  readonly records: number;
  readonly bytes: number;
}

/**
 * Keys of records by their hash, each with a header, in flat memory: one for each hash. A record is
 * named by the number of its slot, which stays the same until it is taken out. What is free is used
 * again, and all memory but a little given back when nothing is left.
 *
 * Buckets are added one by one (linear hashing), so no addition takes long however many there are.
 *
 * A `Map` will not do: what was taken out stays in the chain of its bucket until the table is made anew,
 * and a file that is opened and closed was looked for past thousands of its own former entries.
 */
export class FlatRecords {
  readonly #limit: FlatLimit;
  readonly #memory: SlotMemory;
  /** The first slot of each bucket, or 0. */
  #heads: Uint32Array[] = [];
  #buckets = 0;
  /** One less than the power of two that is not less than the number of buckets. */
  #mask = 0;
  #size = 0;

  constructor(limit: FlatLimit) {
    this.#limit = limit;
    this.#memory = new SlotMemory(limit.bytes);
  }

  get size(): number {
    return this.#size;
  }

  /** What all of it takes of memory. */
  get bytes(): number {
    return this.#memory.bytes + this.#heads.reduce((sum, heads) => sum + heads.byteLength, 0);
  }

  /** The slot of the record with this hash; 0 without one. */
  find(hash: number): number {
    if (this.#size === 0) return 0;
    let slot = this.#head(this.#bucketOf(hash));
    while (slot !== 0) {
      const { words } = this.#memory.chunk(slot);
      const at = SlotMemory.at(slot);
      if (words[at + HASH] === hash) return slot;
      slot = words[at + NEXT]!;
    }
    return 0;
  }

  /** Adds a copy of a key, whose hash is not there yet. The slot, or 0 when a limit is reached. */
  add(hash: number, key: Uint8Array, header: RecordHeader): number {
    if (this.#size >= this.#limit.records) return 0;
    const slot = this.#memory.allocate(slotWords(key.length));
    if (slot === 0) return 0;
    this.#size++;
    while (this.#buckets < this.#size) this.#addBucket();
    const { words, bytes } = this.#memory.chunk(slot);
    const at = SlotMemory.at(slot);
    const bucket = this.#bucketOf(hash);
    words[at + NEXT] = this.#head(bucket);
    words[at + HASH] = hash;
    words[at + KEY_BYTES] = key.length;
    bytes.set(key, 4 * at + KEY_AT);
    this.#setHead(bucket, slot);
    this.setHeader(slot, header);
    return slot;
  }

  /** Takes a record out. */
  delete(slot: number): void {
    const { words } = this.#memory.chunk(slot);
    const at = SlotMemory.at(slot);
    this.#unlink(this.#bucketOf(words[at + HASH]!), slot, words[at + NEXT]!);
    const length = words[at + KEY_BYTES]!;
    words[at + KEY_BYTES] = length | FREE;
    this.#memory.free(slot, slotWords(length));
    if (--this.#size === 0 && this.bytes > KEPT_BYTES) this.#clear();
  }

  /** Whether the key of a record is this one. */
  isKey(slot: number, key: Uint8Array): boolean {
    const { words, bytes } = this.#memory.chunk(slot);
    const at = SlotMemory.at(slot);
    if (words[at + KEY_BYTES] !== key.length) return false;
    const start = 4 * at + KEY_AT;
    for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false;
    return true;
  }

  hash(slot: number): number {
    return this.#memory.chunk(slot).words[SlotMemory.at(slot) + HASH]!;
  }

  /** The key where it lies, valid until the record is taken out. */
  key(slot: number): Uint8Array {
    const { words, bytes } = this.#memory.chunk(slot);
    const at = SlotMemory.at(slot);
    const start = 4 * at + KEY_AT;
    return bytes.subarray(start, start + words[at + KEY_BYTES]!);
  }

  header(slot: number): RecordHeader {
    return readRecordHeader(this.#memory.chunk(slot).bytes, 4 * SlotMemory.at(slot) + HEADER_AT)!;
  }

  setHeader(slot: number, header: RecordHeader): void {
    writeRecordHeader(
      this.#memory.chunk(slot).bytes,
      header,
      4 * SlotMemory.at(slot) + HEADER_AT,
    );
  }

  /**
   * The slots of all records, in the order in which they lie; those that come or go meanwhile may be
   * among them or not, as long as they are there.
   */
  *slots(): Generator<number, void> {
    const { chunks } = this.#memory;
    for (let number = 1; number < chunks.length; number++) {
      const chunk = chunks[number]!;
      for (let at = 0; at < chunk.used;) {
        const length = chunk.words[at + KEY_BYTES]!;
        if ((length & FREE) === 0) yield SlotMemory.slot(number, at);
        at += slotWords(length & ~FREE);
      }
    }
  }

  #clear(): void {
    this.#memory.clear();
    this.#heads = [];
    this.#buckets = 0;
    this.#mask = 0;
  }

  #bucketOf(hash: number): number {
    // Records of one lmaster have hashes of one remainder: where there are 2, 4, 8 nodes, their low
    // bits are equal.
    const bucket = (hash ^ (hash >>> 16)) & this.#mask;
    return bucket < this.#buckets ? bucket : bucket & (this.#mask >>> 1);
  }

  #head(bucket: number): number {
    return this.#heads[bucket >>> SEGMENT_BITS]![bucket & (SEGMENT_BUCKETS - 1)]!;
  }

  #setHead(bucket: number, slot: number): void {
    this.#heads[bucket >>> SEGMENT_BITS]![bucket & (SEGMENT_BUCKETS - 1)] = slot;
  }

  #unlink(bucket: number, slot: number, next: number): void {
    let before = this.#head(bucket);
    if (before === slot) return this.#setHead(bucket, next);
    for (;;) {
      const { words } = this.#memory.chunk(before);
      const at = SlotMemory.at(before) + NEXT;
      before = words[at]!;
      if (before !== slot) continue;
      words[at] = next;
      return;
    }
  }

  /** One bucket more; those of its records that were in another until now move. */
  #addBucket(): void {
    const added = this.#buckets;
    this.#growHeads(added);
    this.#buckets++;
    if (added > this.#mask) this.#mask = 2 * this.#mask + 1;
    if (added === 0) return;
    const split = added & (this.#mask >>> 1);
    let slot = this.#head(split);
    this.#setHead(split, 0);
    while (slot !== 0) {
      const { words } = this.#memory.chunk(slot);
      const at = SlotMemory.at(slot);
      const next = words[at + NEXT]!;
      const bucket = this.#bucketOf(words[at + HASH]!);
      words[at + NEXT] = this.#head(bucket);
      this.#setHead(bucket, slot);
      slot = next;
    }
  }

  #growHeads(bucket: number): void {
    const number = bucket >>> SEGMENT_BITS;
    const heads = this.#heads[number];
    const within = bucket & (SEGMENT_BUCKETS - 1);
    if (heads !== undefined && within < heads.length) return;
    const size = number > 0 ? SEGMENT_BUCKETS : heads === undefined ? FIRST_BUCKETS : 2 * within;
    const grown = new Uint32Array(size);
    if (heads !== undefined) grown.set(heads);
    this.#heads[number] = grown;
  }
}

/** Words of the slot of a key, an even number. */
function slotWords(keyBytes: number): number {
  return 2 * ((KEY_AT + keyBytes + 7) >>> 3);
}
