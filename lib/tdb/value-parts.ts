/** Room for a value that libtdb wants in one piece; larger ones get memory of their own. */
const ROOM_BYTES = 64 * 1024;
let room: Uint8Array<ArrayBuffer> | undefined;

/** `begin` and `rest` as one, in memory of its own. */
export function joinParts(begin: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  return joinInto(new Uint8Array(begin.length + rest.length), begin, rest);
}

/** The same in memory that the next call uses again, and which may be longer. */
export function joinForNow(begin: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  if (begin.length + rest.length > ROOM_BYTES) return joinParts(begin, rest);
  return joinInto(room ??= new Uint8Array(ROOM_BYTES), begin, rest);
}

function joinInto(target: Uint8Array<ArrayBuffer>, begin: Uint8Array, rest: Uint8Array) {
  target.set(begin);
  target.set(rest, begin.length);
  return target;
}
