/** Words in a piece of memory that slots are cut from. */
const CHUNK_WORDS = 16 * 1024;
const CHUNK_BITS = 14;
const FIRST_WORDS = 256;
const GROWTH = 4;
/** A slot of more words has a piece of its own. */
const CUT_WORDS = 1024;

/** A piece of memory, as words and as bytes. */
export interface Chunk {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Words of it that have been given out at some time. */
  used: number;
}

const NO_CHUNK: Chunk = { words: new Uint32Array(0), bytes: new Uint8Array(0), used: 0 };

/**
 * Slots of memory under numbers, in few large arrays: a hundred thousand small objects are a hundred
 * thousand that each collection has to look at. No slot ever moves.
 */
export class SlotMemory {
  readonly #limit_words: number;
  /** The first is never used, so that 0 is no slot. */
  #chunks: Chunk[] = [NO_CHUNK];
  /** The chunk that slots are cut from. */
  #open = 0;
  #next_words = FIRST_WORDS;
  #words = 0;
  /** The first free slot of each even number of words; its first word is the next one's number. */
  #free: Uint32Array | undefined;
  #freeChunks: number[] = [];

  constructor(limit_bytes: number) {
    this.#limit_words = Math.floor(limit_bytes / 4);
  }

  /** What it has of the C library's memory. */
  get bytes(): number {
    return this.#words * 4;
  }

  /** The pieces, for who looks at all slots; the first has none. */
  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  /** The piece in which a slot lies. */
  chunk(slot: number): Chunk {
    return this.#chunks[slot >>> CHUNK_BITS]!;
  }

  /** The first word of a slot in its piece. */
  static at(slot: number): number {
    return slot & (CHUNK_WORDS - 1);
  }

  /** The slot that begins at a word of a piece. */
  static slot(chunk: number, at: number): number {
    return ((chunk << CHUNK_BITS) | at) >>> 0;
  }

  /** A slot of an even number of words, whatever they hold; 0 when the limit is reached. */
  allocate(words: number): number {
    if (words > CUT_WORDS) return this.#allocateAlone(words);
    const free = this.#free?.[words / 2] ?? 0;
    if (free !== 0) {
      this.#free![words / 2] = this.chunk(free).words[SlotMemory.at(free)]!;
      return free;
    }
    let chunk = this.#chunks[this.#open]!;
    if (chunk.used + words > chunk.words.length) {
      const size = Math.max(this.#next_words, words);
      const number = this.#newChunk(size);
      if (number === 0) return 0;
      this.#next_words = Math.min(this.#next_words * GROWTH, CHUNK_WORDS);
      this.#open = number;
      chunk = this.#chunks[number]!;
    }
    const slot = SlotMemory.slot(this.#open, chunk.used);
    chunk.used += words;
    return slot;
  }

  /** Gives a slot of so many words back; its first word is not the caller's any more. */
  free(slot: number, words: number): void {
    if (words > CUT_WORDS) {
      const number = slot >>> CHUNK_BITS;
      this.#words -= this.#chunks[number]!.words.length;
      this.#chunks[number] = NO_CHUNK;
      this.#freeChunks.push(number);
      return;
    }
    const free = this.#free ??= new Uint32Array(CUT_WORDS / 2 + 1);
    this.chunk(slot).words[SlotMemory.at(slot)] = free[words / 2]!;
    free[words / 2] = slot;
  }

  /** Gives all slots and their memory back. */
  clear(): void {
    this.#chunks = [NO_CHUNK];
    this.#open = 0;
    this.#next_words = FIRST_WORDS;
    this.#words = 0;
    this.#free = undefined;
    this.#freeChunks = [];
  }

  #allocateAlone(words: number): number {
    const number = this.#newChunk(words);
    if (number === 0) return 0;
    this.#chunks[number]!.used = words;
    return SlotMemory.slot(number, 0);
  }

  #newChunk(size: number): number {
    if (this.#words + size > this.#limit_words) return 0;
    this.#words += size;
    const words = new Uint32Array(size);
    const number = this.#freeChunks.pop() ?? this.#chunks.length;
    this.#chunks[number] = { words, bytes: new Uint8Array(words.buffer), used: 0 };
    return number;
  }
}
