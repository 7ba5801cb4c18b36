import { LARGEST_SLAB_BYTES } from "../limits/mod.ts";
import { HeapScratch, RecordsError, type Scratch } from "../records/mod.ts";
import { copyBytes, RECORD_HEADER_SIZE, RecordFlag, walkRecordBuffer } from "../wire/mod.ts";

/** Sees a record: key in [key, data) of `bytes`, header and payload in [data, end). */
export type PushedVisitor = (bytes: Uint8Array, key: number, data: number, end: number) => boolean;

const RSN_OFFSET = 0;
const DMASTER_OFFSET = 8;
const FLAGS_OFFSET = 16;

/** A stored record: `u32 key length`, `u32 data length`, key, data; a multiple of four bytes. */
const ENTRY_HEADER = 8;
/** Bit of the key length of a record that a newer copy has replaced. */
const REPLACED = 0x8000_0000;
/** The first slab is small, for the many databases that are; the later ones grow up to this. */
const FIRST_SLAB_BYTES = 64 * 1024;
const FIRST_SLOTS = 8;
/**
 * The upper bits of a hash say which segment a record is in. Each grows for itself: a table of a million
 * slots that grows as a whole keeps its thread for as long as the copy of sixteen megabytes takes.
 */
const SEGMENT_SHIFT = 26;
/** A slot is a place in the slabs: slab number times this, the offset in words, and one; 0 is free. */
const SLAB_STRIDE = LARGEST_SLAB_BYTES / 4;
/** So many slabs have places that a slot can hold: 16 GiB. */
const REACHED_SLABS = 2 ** 32 / SLAB_STRIDE - 1;

/** A record where it lies in the buffer that it came in: key, data and the end of both. */
interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly key: number;
  readonly data: number;
  readonly end: number;
}

/** A part of the table: places of records, by their hashes, which lie beside them. */
interface Segment {
  slots: Uint32Array;
  hashes: Uint32Array;
  count: number;
}

interface Slab {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
}

/**
 * The copy of a database that a recovery keeps: per key the record with the highest rsn
 * (`cluster.md` 7.6). Records are copied into scratch room as they come; on the heap there are sixteen
 * to thirty-two bytes for each.
 */
export class CollectedRecords {
  readonly #leader: number;
  readonly #scratch: Scratch;
  readonly #seed: number;
  readonly #slabs: Slab[] = [];
  readonly #segments: (Segment | undefined)[] = [];
  #count = 0;

  /**
   * @param leader pnn of the recovering leader; decides between copies of equal rsn
   * @param seed a number that nobody can know beforehand: who chooses keys shall not choose slots
   */
  constructor(leader: number, scratch: Scratch = new HeapScratch(), seed = 0) {
    this.#leader = leader;
    this.#scratch = scratch;
    this.#seed = seed;
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Adds all records of a buffer as it was pulled; returns database and number of records.
   *
   * @throws {RecordsError} there is no room for it
   * @throws {WireError} the buffer is not what it says
   */
  addBuffer(bytes: Uint8Array): { readonly dbId: number; readonly count: number } {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return walkRecordBuffer(bytes, (key, data, end) => {
      if (end - data >= RECORD_HEADER_SIZE) this.#add({ bytes, view, key, data, end });
    });
  }

  #add(source: Source): void {
    const keyLength = source.data - source.key;
    const hash = hashOf(source.bytes, source.key, source.data, this.#seed);
    const segment = this.#segments[hash >>> SEGMENT_SHIFT] ??= emptySegment(FIRST_SLOTS);
    const slot = this.#find(segment, source, hash);
    const place = segment.slots[slot]!;
    if (place === 0) {
      segment.slots[slot] = this.#store(source);
      segment.hashes[slot] = hash;
      segment.count++;
      this.#count++;
      if (segment.count * 2 > segment.slots.length) grow(segment);
      return;
    }
    const { view, bytes } = this.#slabOf(place);
    const at = offsetOf(place);
    const old = at + ENTRY_HEADER + keyLength;
    if (!this.#replaces(source, view, old)) return;
    if (view.getUint32(at + 4, true) === source.end - source.data) {
      copyBytes(source.bytes, source.data, source.end, bytes, old);
      return;
    }
    view.setUint32(at, keyLength | REPLACED, true);
    segment.slots[slot] = this.#store(source);
  }

  /**
   * Shows what is pushed, where it lies: empty records are dropped; unless the database is
   * persistent, the leader becomes dmaster and the record counts as migrated with data
   * (`cluster.md` 7.7). That is written into the records themselves. A visitor that returns true
   * makes a pause, after which the walk goes on when more is taken out of it.
   */
  *walkPushed(persistent: boolean, visit: PushedVisitor): Generator<void> {
    for (const { bytes, view, used } of this.#slabs) {
      for (let at = 0; at < used;) {
        const keyWord = view.getUint32(at, true);
        const key = at + ENTRY_HEADER;
        const data = key + (keyWord & ~REPLACED);
        const end = data + view.getUint32(at + 4, true);
        at = wholeWords(end);
        if ((keyWord & REPLACED) !== 0 || end - data <= RECORD_HEADER_SIZE) continue;
        if (!persistent) this.#rehead(view, data);
        if (visit(bytes, key, data, end)) yield;
      }
    }
  }

  /** Gives the room back; nothing can be added or read any more. */
  release(): void {
    this.#slabs.length = 0;
    this.#segments.length = 0;
    this.#count = 0;
    this.#scratch.release();
  }

  #replaces({ view, data }: Source, stored: DataView, at: number): boolean {
    // Two halves: a million big numbers would be a million objects.
    const high = view.getUint32(data + RSN_OFFSET + 4, true);
    const storedHigh = stored.getUint32(at + RSN_OFFSET + 4, true);
    if (high !== storedHigh) return high > storedHigh;
    const low = view.getUint32(data + RSN_OFFSET, true);
    const storedLow = stored.getUint32(at + RSN_OFFSET, true);
    if (low !== storedLow) return low > storedLow;
    return stored.getUint32(at + DMASTER_OFFSET, true) === this.#leader;
  }

  #rehead(view: DataView, at: number): void {
    view.setUint32(at + DMASTER_OFFSET, this.#leader, true);
    const flags = view.getUint32(at + FLAGS_OFFSET, true);
    view.setUint32(at + FLAGS_OFFSET, (flags | RecordFlag.MIGRATED_WITH_DATA) >>> 0, true);
  }

  /** The slot of a key in its segment, or the free one where it belongs. */
  #find({ slots, hashes }: Segment, source: Source, hash: number): number {
    const mask = slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const place = slots[slot]!;
      if (place === 0) return slot;
      if (hashes[slot] === hash && this.#holds(place, source)) return slot;
    }
  }

  #holds(place: number, source: Source): boolean {
    const { bytes, view } = this.#slabOf(place);
    const at = offsetOf(place);
    if (view.getUint32(at, true) !== source.data - source.key) return false;
    for (let i = source.key, j = at + ENTRY_HEADER; i < source.data; i++, j++) {
      if (bytes[j] !== source.bytes[i]) return false;
    }
    return true;
  }

  #store(source: Source): number {
    const length = wholeWords(ENTRY_HEADER + source.end - source.key);
    const index = this.#roomFor(length);
    const slab = this.#slabs[index]!;
    const at = slab.used;
    slab.view.setUint32(at, source.data - source.key, true);
    slab.view.setUint32(at + 4, source.end - source.data, true);
    copyBytes(source.bytes, source.key, source.end, slab.bytes, at + ENTRY_HEADER);
    slab.used += length;
    return index * SLAB_STRIDE + at / 4 + 1;
  }

  #roomFor(length: number): number {
    const last = this.#slabs.at(-1);
    if (last !== undefined && last.bytes.length - last.used >= length) {
      return this.#slabs.length - 1;
    }
    if (this.#slabs.length >= REACHED_SLABS) {
      throw new RecordsError(`collect records: no room for more: ${this.#count} are there`);
    }
    const usual = Math.min(FIRST_SLAB_BYTES * 4 ** this.#slabs.length, LARGEST_SLAB_BYTES);
    const bytes = this.#scratch.allocate(Math.max(usual, length));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#slabs.push({ bytes, view, used: 0 }) - 1;
  }

  #slabOf(place: number): Slab {
    return this.#slabs[Math.floor((place - 1) / SLAB_STRIDE)]!;
  }
}

function emptySegment(slots: number): Segment {
  return { slots: new Uint32Array(slots), hashes: new Uint32Array(slots), count: 0 };
}

/** Twice as many slots, with all that is in them. */
function grow(segment: Segment): void {
  const { slots: places, hashes } = segment;
  const larger = emptySegment(places.length * 2);
  const mask = larger.slots.length - 1;
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    if (place === 0) continue;
    const hash = hashes[i]!;
    let slot = hash & mask;
    while (larger.slots[slot] !== 0) slot = (slot + 1) & mask;
    larger.slots[slot] = place;
    larger.hashes[slot] = hash;
  }
  segment.slots = larger.slots;
  segment.hashes = larger.hashes;
}

function offsetOf(place: number): number {
  return ((place - 1) % SLAB_STRIDE) * 4;
}

function wholeWords(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** 32 bits of a key, spread over all of them. */
function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed ^ (end - start);
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ bytes[i]!, 0x0100_0193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
