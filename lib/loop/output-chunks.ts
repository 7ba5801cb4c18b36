import { addressOf } from "./memory.ts";

/** Frames up to this size are put together in chunks; larger ones are sent from where they lie. */
export const CHUNK_BYTES = 64 * 1024;
/** Chunks that are kept for the next turn: as many as sockets are usually written to in one. */
const KEPT_CHUNKS = 64;

/** A piece of output memory with its address. */
export interface OutputChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly address: number;
  /** Queues that send from it, and whoever still writes to it. */
  holders: number;
}

const kept: OutputChunk[] = [];
let inUse = 0;

/** Chunks that somebody holds. */
export function chunksInUse(): number {
  return inUse;
}

/** A chunk of {@link CHUNK_BYTES}, whose content is of no meaning, for one holder. */
export function takeChunk(): OutputChunk {
  inUse++;
  const chunk = kept.pop();
  if (chunk !== undefined) {
    chunk.holders = 1;
    return chunk;
  }
  const bytes = new Uint8Array(CHUNK_BYTES);
  return { bytes, address: addressOf(bytes), holders: 1 };
}

/** One holder less: a chunk that nobody reads any more can be taken again. */
export function giveChunk(chunk: OutputChunk): void {
  if (--chunk.holders > 0) return;
  inUse--;
  if (kept.length < KEPT_CHUNKS) kept.push(chunk);
}
