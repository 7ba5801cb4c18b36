/**
 * A frame for keeping. What the transport hands out lies in memory that the next read overwrites, so
 * whatever must wait is copied, once, where it is parked.
 */
export function keepFrame(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame.slice() as Uint8Array<ArrayBuffer>;
}
