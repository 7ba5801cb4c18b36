import { CHUNK_BYTES, giveChunk, type OutputChunk, takeChunk } from "./output-chunks.ts";

/** Where a frame lies that waits for several readers. */
export interface SharedPlace {
  readonly chunk: OutputChunk;
  readonly start: number;
  readonly end: number;
}

/** Larger frames cost little beside what they hold, and are kept as they are. */
export const SHARED_FRAME_BYTES = 4096;

let open: OutputChunk | undefined;
let fill = 0;
let last: { readonly frame: Uint8Array<ArrayBuffer>; readonly place: SharedPlace } | undefined;

/**
 * Room with a copy of a frame, the same for all who ask for the frame one after the other. Frames lie
 * one behind the other, so that what waits for a reader who has stopped are a few pieces, and not an
 * object for each frame: those would have to be looked at by each garbage collection.
 */
export function shareFrame(frame: Uint8Array<ArrayBuffer>): SharedPlace {
  if (last?.frame === frame) return last.place;
  const chunk = roomFor(frame.byteLength);
  chunk.bytes.set(frame, fill);
  const place = { chunk, start: fill, end: fill + frame.byteLength };
  fill = place.end;
  last = { frame, place };
  return place;
}

function roomFor(length: number): OutputChunk {
  if (open !== undefined && fill + length <= CHUNK_BYTES) return open;
  if (open !== undefined) giveChunk(open);
  fill = 0;
  return open = takeChunk();
}
