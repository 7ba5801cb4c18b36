import type { OpenFileReader } from "./open-files.ts";

/*
 * A TDB with mutexes keeps them behind its header: the mutex for all chains, a word that says for
 * what that is locked, then one mutex for the free list and one for each chain. A glibc mutex takes
 * 40 bytes on x86-64 and 48 on AArch64; its first word holds the thread id of its owner. All this
 * was found by looking at files while a known process held known locks.
 */

const AREA_AT = 168;
const MUTEX_SIZES = [40, 48];
/** The mutex kind (robust, shared, error checking); the same in all mutexes of a file. */
const KIND_AT = 16;
const THREAD_MASK = 0x3fffffff;

/** Where the first words of mutexes lie, which are 0 while nobody owns them; in 32-bit words. */
export interface MutexWords {
  /** Of the mutex for all chains. */
  readonly all: number;
  /** Of that of chain 0. */
  readonly first: number;
  /** From one chain's to the next one's. */
  readonly step: number;
}

/** Thread ids that own mutexes of a TDB file; 0 stands for nobody. */
export class MutexArea {
  readonly #read: OpenFileReader;
  readonly #size: number;

  private constructor(read: OpenFileReader, size: number) {
    this.#read = read;
    this.#size = size;
  }

  /** The area of a file with mutexes, or `undefined` when its layout is not a known one. */
  static of(read: OpenFileReader): MutexArea | undefined {
    const kind = word(read, AREA_AT + KIND_AT);
    if (kind === 0) return undefined;
    const size = MUTEX_SIZES.find((size) => {
      const list = listAt(size, -1);
      return word(read, list + KIND_AT) === kind && word(read, list + size + KIND_AT) === kind;
    });
    return size === undefined ? undefined : new MutexArea(read, size);
  }

  get words(): MutexWords {
    return { all: AREA_AT >>> 2, first: listAt(this.#size, 0) >>> 2, step: this.#size >>> 2 };
  }

  /** Owner of the lock over all chains. */
  allOwner(): number {
    return word(this.#read, AREA_AT) & THREAD_MASK;
  }

  /** Owner of a chain; -1 is the free list. */
  chainOwner(chain: number): number {
    return word(this.#read, listAt(this.#size, chain)) & THREAD_MASK;
  }

  /** The free list (-1) and the chains that are owned, with their owners. */
  owners(hashSize: number): { readonly chain: number; readonly owner: number }[] {
    const owners: { chain: number; owner: number }[] = [];
    const bytes = this.#read(listAt(this.#size, -1), (hashSize + 1) * this.#size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + this.#size <= bytes.length; at += this.#size) {
      const owner = view.getUint32(at, true) & THREAD_MASK;
      if (owner !== 0) owners.push({ chain: at / this.#size - 1, owner });
    }
    return owners;
  }
}

/** Where the mutex of a list is; the word after the first mutex is padded to 8 bytes. */
function listAt(size: number, list: number): number {
  return AREA_AT + size + 8 + (list + 1) * size;
}

function word(read: OpenFileReader, offset: number): number {
  const bytes = read(offset, 4);
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
