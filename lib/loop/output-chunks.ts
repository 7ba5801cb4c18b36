import { addressOf } from "./memory.ts";

/** Frames up to this size are put together in chunks; larger ones are sent from where they lie. */
export const CHUNK_BYTES = 64 * 1024;
/**
 * What a socket is given first. A thousand clients that are answered in one turn would otherwise have
 * 64 MiB written to, a few bytes in each page.
 */
export const SMALL_CHUNK_BYTES = 4096;
/** Frames up to this size, of large records, get a chunk each that is used again. */
export const WIDE_CHUNK_BYTES = 1024 * 1024 + 4096;

/** A piece of output memory with its address. */
export interface OutputChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly address: number;
  /** Queues that send from it, and whoever still writes to it. */
  holders: number;
}

/** Chunks of one size that nobody holds, for the next turn. */
interface Kept {
  readonly size: number;
  /** As many as sockets are usually written to in one turn. */
  readonly most: number;
  readonly chunks: OutputChunk[];
}

const small: Kept = { size: SMALL_CHUNK_BYTES, most: 1024, chunks: [] };
const usual: Kept = { size: CHUNK_BYTES, most: 64, chunks: [] };
const wide: Kept = { size: WIDE_CHUNK_BYTES, most: 2, chunks: [] };
let inUse = 0;

/** Chunks that somebody holds. */
export function chunksInUse(): number {
  return inUse;
}

/** A chunk of {@link CHUNK_BYTES}, whose content is of no meaning, for one holder. */
export function takeChunk(): OutputChunk {
  return take(usual);
}

/** The same of {@link SMALL_CHUNK_BYTES}. */
export function takeSmallChunk(): OutputChunk {
  return take(small);
}

/** The same of {@link WIDE_CHUNK_BYTES}. */
export function takeWideChunk(): OutputChunk {
  return take(wide);
}

function take({ size, chunks }: Kept): OutputChunk {
  inUse++;
  const chunk = chunks.pop();
  if (chunk !== undefined) {
    chunk.holders = 1;
    return chunk;
  }
  const bytes = new Uint8Array(size);
  return { bytes, address: addressOf(bytes), holders: 1 };
}

/** One holder less: a chunk that nobody reads any more can be taken again. */
export function giveChunk(chunk: OutputChunk): void {
  if (--chunk.holders > 0) return;
  inUse--;
  const { length } = chunk.bytes;
  const { most, chunks } = length === CHUNK_BYTES ? usual : length < CHUNK_BYTES ? small : wide;
  if (chunks.length < most) chunks.push(chunk);
}
