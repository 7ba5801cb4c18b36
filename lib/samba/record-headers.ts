import { ByteReader, type ServerId, serverId } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";
import { SERVER_ID_SIZE } from "./identities.ts";

/** A process that waits for a change of a record. It may be dead. */
export interface RecordWatcher {
  readonly serverId: ServerId;
  readonly instance: bigint;
}

const WATCHER_SIZE = 32;

/** The watchers in front of a value, and what is behind them (`openfiles.md` 3.2). */
export interface WatchedValue {
  readonly watchers: readonly RecordWatcher[];
  readonly rest: Uint8Array;
}

/**
 * Parts the watchers from a value. An empty value has none.
 *
 * @throws {SambaFormatError} more are announced than are there
 */
export function readWatchers(value: Uint8Array): WatchedValue {
  if (value.length === 0) return { watchers: [], rest: value };
  const r = new ByteReader(value);
  const count = r.remaining < 4 ? Infinity : r.u32();
  if (count * WATCHER_SIZE > r.remaining) {
    throw new SambaFormatError(`Read watchers: ${count} in ${value.length} bytes`);
  }
  const watchers = Array.from(
    { length: count },
    () => ({ serverId: serverId.read(r), instance: r.u64() }),
  );
  return { watchers, rest: r.rest() };
}

/** Who works on a record at this moment, and its data (`openfiles.md` 3.3). */
export interface LockedValue {
  readonly exclusive: ServerId | undefined;
  readonly lockEpoch: bigint;
  readonly dataEpoch: bigint;
  readonly shared: readonly ServerId[];
  readonly userData: Uint8Array;
}

const LOCK_HEADER_SIZE = SERVER_ID_SIZE + 20;

/**
 * Parts the header of a lock from its data. A value that is too short for one is unlocked and empty.
 *
 * @throws {SambaFormatError} more holders are announced than are there
 */
export function readLockHeader(value: Uint8Array): LockedValue {
  if (value.length < LOCK_HEADER_SIZE) {
    const userData = new Uint8Array();
    return { exclusive: undefined, lockEpoch: 0n, dataEpoch: 0n, shared: [], userData };
  }
  const r = new ByteReader(value);
  const exclusive = serverId.read(r);
  const lockEpoch = r.u64();
  const dataEpoch = r.u64();
  const count = r.u32();
  if (count * SERVER_ID_SIZE > r.remaining) {
    throw new SambaFormatError(`Read holders of a lock: ${count} in ${value.length} bytes`);
  }
  const shared = Array.from({ length: count }, () => serverId.read(r));
  return {
    exclusive: exclusive.pid === 0n ? undefined : exclusive,
    lockEpoch,
    dataEpoch,
    shared,
    userData: r.rest(),
  };
}
