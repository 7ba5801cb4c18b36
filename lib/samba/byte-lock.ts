import { ByteReader, type ServerId, serverId } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";

/** A byte range lock (`openfiles.md` 8). */
export interface ByteLock {
  /** Persistent id of the handle for SMB2, the client's process id for SMB1. */
  readonly context: bigint;
  /** The connection to the share. */
  readonly tid: number;
  readonly serverId: ServerId;
  readonly start: bigint;
  readonly size: bigint;
  /** Volatile id of the handle. */
  readonly fnum: bigint;
  readonly type: "READ" | "WRITE";
  readonly flavour: "WINDOWS" | "POSIX";
}

const OLD_SIZE = 72;
const NEW_SIZE = 80;
/** In front of the new layout, in network order. */
const NEW_VERSION = 1;

/**
 * A value of `brlock.tdb`.
 *
 * @throws {SambaFormatError} it is in none of the layouts that are known
 */
export function readByteLocks(value: Uint8Array): ByteLock[] {
  const isNew = value.length >= 4 && (value.length - 4) % NEW_SIZE === 0 &&
    new DataView(value.buffer, value.byteOffset).getUint32(0, false) === NEW_VERSION;
  const size = isNew ? NEW_SIZE : OLD_SIZE;
  const elements = isNew ? value.subarray(4) : value;
  if (elements.length % size !== 0) {
    throw new SambaFormatError(`Read byte locks of ${size} bytes: ${elements.length}`);
  }
  return Array.from(
    { length: elements.length / size },
    (_, i) => readByteLock(elements.subarray(i * size, (i + 1) * size)),
  );
}

function readByteLock(bytes: Uint8Array): ByteLock {
  const r = new ByteReader(bytes);
  const context = r.u64();
  const tid = r.u32();
  r.skip(4); // a gap of the C structure, with anything in it
  const owner = serverId.read(r);
  const start = r.u64();
  const size = r.u64();
  const fnum = r.u64();
  const type = r.u32();
  const flavour = r.u32();
  if (type > 1 || flavour > 1) {
    throw new SambaFormatError(`Read a byte lock: type ${type}, flavour ${flavour}`);
  }
  return {
    context,
    tid,
    serverId: owner,
    start,
    size,
    fnum,
    type: type === 0 ? "READ" : "WRITE",
    flavour: flavour === 0 ? "WINDOWS" : "POSIX",
  };
}
