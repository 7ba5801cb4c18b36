/** A frame that is at least this share of its memory is kept as it is. */
const WORTH_KEEPING = 0.5;

/**
 * A frame for keeping: a copy if it is a small part of a large read, all of which it would pin. The
 * bounds on parked packets count the bytes of frames, so these must be what is really held.
 */
export function keepFrame(frame: Uint8Array): Uint8Array {
  return frame.byteLength < frame.buffer.byteLength * WORTH_KEEPING ? frame.slice() : frame;
}
