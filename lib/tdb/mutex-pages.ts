import { tdbLibrary } from "./library.ts";

/** Since Linux 5.14: maps pages as a write to each of them would, without the write. */
const MADV_POPULATE_WRITE = 23;

/** What is made ready in one go by who has other things to do: two or three milliseconds at worst. */
const PIECE_BYTES = 1n << 20n;

/** A part of this process's address space. */
interface Area {
  readonly start: bigint;
  readonly bytes: bigint;
}

/** Where libtdb has mapped the begin of files, by path: read again when one is missing. */
let areas = new Map<string, Area>();

/**
 * The pages that a file has its mutexes on. To lock all chains libtdb takes and frees every mutex, a
 * hundred thousand on a thousand pages. What the kernel has written to the disk since they were
 * changed last costs a page fault each, and the core waits for all of them; one call has them ready.
 */
export class MutexPages {
  readonly #path: string;
  #area: Area | undefined;
  #looked = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes the pages ready to be written. Where that cannot be, they come one by one. */
  populate(): void {
    for (const _piece of this.populateInPieces());
  }

  /** {@link populate}, with a pause after each piece. */
  *populateInPieces(): Generator<void> {
    if (!this.#looked) this.#look();
    // Anew for each: the file may have been closed in a pause.
    for (let at = 0n; this.#area !== undefined && at < this.#area.bytes; at += PIECE_BYTES) {
      const { start, bytes } = this.#area;
      const left = bytes - at;
      const piece = left < PIECE_BYTES ? left : PIECE_BYTES;
      tdbLibrary().libc.madvise(start + at, piece, MADV_POPULATE_WRITE);
      yield;
    }
  }

  /** The file is to be closed: what was mapped may be elsewhere when it is opened again. */
  forget(): void {
    areas.clear();
    this.#area = undefined;
    this.#looked = true;
  }

  /** Once: libtdb maps the mutexes when it opens the file, and leaves them where they are. */
  #look(): void {
    this.#looked = true;
    try {
      const path = Deno.realPathSync(this.#path);
      if (!areas.has(path)) areas = sharedBegins(Deno.readTextFileSync("/proc/self/maps"));
      this.#area = areas.get(path);
    } catch {
      // A file that was renamed or removed: libtdb does without.
    }
  }
}

/** The mappings in the text of `/proc/PID/maps` that share the begin of a file, by its path. */
export function sharedBegins(maps: string): Map<string, Area> {
  const found = new Map<string, Area>();
  for (const [, from, to, path] of maps.matchAll(SHARED_BEGIN)) {
    const start = BigInt(`0x${from}`);
    found.set(path!, { start, bytes: BigInt(`0x${to}`) - start });
  }
  return found;
}

const SHARED_BEGIN = /^([0-9a-f]+)-([0-9a-f]+) rw-s 0+ [0-9a-f:]+ \d+ +(\/.*)$/gm;
