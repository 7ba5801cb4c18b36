/** Room for a value that libtdb wants in one piece, and what it may grow to. */
const ROOM_BYTES = 64 * 1024;
const GROWN_ROOM_BYTES = 2 * 1024 * 1024;
let room = new Uint8Array(0);

/** `begin` and `rest` as one, in memory of its own. */
export function joinParts(begin: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  return joinInto(new Uint8Array(begin.length + rest.length), begin, rest);
}

/** The same in memory that the next call uses again, and which may be longer. */
export function joinForNow(begin: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  return joinInto(roomFor(begin.length + rest.length), begin, rest);
}

/** A new array costs more than all the rest of a store. */
function roomFor(size: number): Uint8Array<ArrayBuffer> {
  if (size <= room.length) return room;
  if (size > GROWN_ROOM_BYTES) return new Uint8Array(size);
  return room = new Uint8Array(Math.max(ROOM_BYTES, Math.min(2 * size, GROWN_ROOM_BYTES)));
}

function joinInto(target: Uint8Array<ArrayBuffer>, begin: Uint8Array, rest: Uint8Array) {
  target.set(begin);
  target.set(rest, begin.length);
  return target;
}
