import { addressOf } from "./memory.ts";

/** Frames up to this size are put together in chunks; larger ones are sent from where they lie. */
export const CHUNK_BYTES = 64 * 1024;
/** Chunks that are kept for the next turn: as many as sockets are usually written to in one. */
const KEPT_CHUNKS = 64;

/** A piece of output memory with its address. */
export interface OutputChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly address: number;
}

const kept: OutputChunk[] = [];

/** A chunk of {@link CHUNK_BYTES}, whose content is of no meaning. */
export function takeChunk(): OutputChunk {
  const chunk = kept.pop();
  if (chunk !== undefined) return chunk;
  const bytes = new Uint8Array(CHUNK_BYTES);
  return { bytes, address: addressOf(bytes) };
}

/** Gives a chunk back that nobody reads any more. */
export function giveChunk(chunk: OutputChunk): void {
  if (kept.length < KEPT_CHUNKS) kept.push(chunk);
}
