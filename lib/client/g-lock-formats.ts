import {
  ByteReader,
  ByteWriter,
  decode,
  encode,
  gLockEntries,
  type GLockEntry,
  type ServerId,
  serverId,
  WireError,
} from "../wire/mod.ts";

/** Who holds a lock. */
export interface GLockState {
  /** The one that keeps all others out. */
  readonly writer: ServerId | undefined;
  readonly readers: readonly ServerId[];
}

/** How the record of a lock is written; the two formats do not understand each other. */
export interface GLockFormat<S extends GLockState = GLockState> {
  /** Throws {@link WireError} for a record of another format. */
  parse(value: Uint8Array): S;
  /** The record with another writer; empty when nothing is left in it. */
  withWriter(state: S, writer: ServerId | undefined): Uint8Array;
}

/** The format of the `ctdb` tool and its library: entries back to back (`wire.md` 10.20). */
export const ctdbFormat: GLockFormat = {
  parse(value) {
    const entries = decode(gLockEntries, value);
    return {
      writer: entries.find(({ type }) => type === "write")?.serverId,
      readers: entries.filter(({ type }) => type === "read").map((entry) => entry.serverId),
    };
  },
  withWriter({ readers }, writer) {
    const entries: GLockEntry[] = readers.map((id) => ({ type: "read", serverId: id }));
    if (writer !== undefined) entries.push({ type: "write", serverId: writer });
    return encode(gLockEntries, entries);
  },
};

/** A record of Samba's own format (`records.md` 11.3), with the parts that are none of our business. */
export interface SambaLockState extends GLockState {
  /** Watchers as they were written, the count in front. */
  readonly watchers: Uint8Array;
  readonly lockEpoch: bigint;
  readonly dataEpoch: bigint;
  readonly userData: Uint8Array;
}

const WATCHER_SIZE = 32;
const SERVER_ID_SIZE = 24;
const NOBODY: ServerId = { pid: 0n, taskId: 0, vnn: 0, uniqueId: 0n };
const NO_WATCHERS = new Uint8Array(4);

/** The format of `smbd`: watchers, the writer, epochs, readers, user data. */
export const sambaFormat: GLockFormat<SambaLockState> = {
  parse(value) {
    const empty = { writer: undefined, readers: [], lockEpoch: 0n, dataEpoch: 0n };
    if (value.length === 0) return { ...empty, watchers: NO_WATCHERS, userData: new Uint8Array() };
    const count = new ByteReader(value).u32();
    const size = 4 + count * WATCHER_SIZE;
    if (size > value.length) throw new WireError("count", `read watchers: ${count}`);
    const watchers = value.slice(0, size);
    const rest = value.subarray(size);
    if (rest.length < SERVER_ID_SIZE + 20) {
      return { ...empty, watchers, userData: new Uint8Array() };
    }
    return { watchers, ...parseLock(new ByteReader(rest)) };
  },
  withWriter(state, writer) {
    const w = new ByteWriter(256);
    w.bytes(state.watchers);
    serverId.write(w, writer ?? NOBODY);
    w.u64(state.lockEpoch + 1n);
    w.u64(state.dataEpoch);
    w.u32(state.readers.length);
    for (const reader of state.readers) serverId.write(w, reader);
    w.bytes(state.userData);
    return w.finish();
  },
};

function parseLock(r: ByteReader) {
  const writer = serverId.read(r);
  const lockEpoch = r.u64();
  const dataEpoch = r.u64();
  const count = r.u32();
  if (count * SERVER_ID_SIZE > r.remaining) {
    throw new WireError("count", `read lock holders: ${count}`);
  }
  const readers = Array.from({ length: count }, () => serverId.read(r));
  const userData = r.rest().slice();
  return {
    writer: writer.pid === 0n ? undefined : writer,
    readers,
    lockEpoch,
    dataEpoch,
    userData,
  };
}
