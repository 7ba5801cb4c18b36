import type { OpenFileReader } from "./open-files.ts";

/** What the first bytes of a TDB file say about it; found by looking at files that libtdb wrote. */
export interface FileHeader {
  readonly hashSize: number;
  /** Keys are hashed by Jenkins' function (INCOMPATIBLE_HASH). */
  readonly jenkins: boolean;
  /** Chains are locked with mutexes that lie behind the header. */
  readonly mutexes: boolean;
  /** Where the list heads begin: that of the free list, then one for each chain. */
  readonly headsAt: number;
  /** Where the offsets in list heads and records count from. */
  readonly base: number;
}

const HEADER_SIZE = 168;
const MAGIC = "TDB file\n";
const HASH_SIZE_AT = 36;
const FORMAT_AT = 40;
/** In place of the number at FORMAT_AT when the file has a mutex area. */
const FORMAT_MUTEXES = 0x0bad1a52;
/** Bytes of the mutex area, with its padding, that everything behind the header is moved by. */
const MUTEX_AREA_AT = 64;
/** A hash of the header itself, by which libtdb sees with which function the file was made. */
const HASH_CHECK_AT = 52;
const HASH_CHECK_JENKINS = 0xd7b694e5;

/** The header, or `undefined` when the file is not a TDB of this machine's byte order. */
export function readFileHeader(read: OpenFileReader): FileHeader | undefined {
  const bytes = read(0, HEADER_SIZE);
  if (bytes.length < HEADER_SIZE) return undefined;
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hashSize = view.getUint32(HASH_SIZE_AT, true);
  if (hashSize === 0) return undefined;
  const mutexes = view.getUint32(FORMAT_AT, true) === FORMAT_MUTEXES;
  const base = mutexes ? view.getUint32(MUTEX_AREA_AT, true) : 0;
  return {
    hashSize,
    jenkins: view.getUint32(HASH_CHECK_AT, true) === HASH_CHECK_JENKINS,
    mutexes,
    headsAt: HEADER_SIZE + base,
    base,
  };
}
