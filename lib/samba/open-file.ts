import { ByteReader, RecordFlag, WireError } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";
import { type FileId, fileIdOfKey, fileIdText, sameFile, SERVER_ID_SIZE } from "./identities.ts";
import {
  type LockedValue,
  readLockHeader,
  readWatchers,
  type RecordWatcher,
} from "./record-headers.ts";
import {
  isShareModeData425,
  readShareModeData417,
  readShareModeData424,
  readShareModeData425,
  type SambaGeneration,
  type ShareModeData,
  type ShareModeDataReader,
} from "./share-mode-data.ts";
import { readShareModeEntries, type ShareModeEntry } from "./share-mode-entry.ts";

/** A file that is open, or was: a record of `locking.tdb` (`openfiles.md` 3). */
export interface OpenFile {
  readonly fileId: FileId;
  readonly watchers: readonly RecordWatcher[];
  readonly lock: Omit<LockedValue, "userData">;
  /** Absent in a record that is left over, or not written yet. */
  readonly modes: FileModes | undefined;
}

/** Who has a file open. */
export interface FileModes {
  readonly generation: SambaGeneration;
  readonly data: ShareModeData;
  readonly entries: readonly ShareModeEntry[];
}

/** Keys that are none of files (`openfiles.md` 1). */
const OTHER_KEYS = ["__db_sequence_number__\0", "DBWRAP_PERSISTENT_MIGRATION_MARKER\0"];

/** Whether a key of a database of Samba's is not of the kind of the others. */
export function isMarkerKey(key: Uint8Array): boolean {
  return OTHER_KEYS.includes(String.fromCharCode(...key.subarray(0, 64)));
}

/**
 * A record of `locking.tdb`.
 *
 * @param flags of the record's header: a record that is just being stored has its writer in front
 * @throws {SambaFormatError} it is in none of the layouts that are known
 */
export function readOpenFile(key: Uint8Array, value: Uint8Array, flags: number): OpenFile {
  const fileId = fileIdOfKey(key);
  const { watchers, rest } = readWatchers(withoutWriter(value, flags));
  const { userData, ...lock } = readLockHeader(rest);
  const modes = readModes(userData);
  if (modes !== undefined && !sameFile(modes.data.fileId, fileId)) {
    const inside = fileIdText(modes.data.fileId);
    throw new SambaFormatError(`Read the record of ${fileIdText(fileId)}: it is of ${inside}`);
  }
  return { fileId, watchers, lock, modes };
}

function withoutWriter(value: Uint8Array, flags: number): Uint8Array {
  if ((flags & RecordFlag.PERSISTENT_IN_PROGRESS) === 0) return value;
  if (value.length < SERVER_ID_SIZE) {
    throw new SambaFormatError(`Read the writer of a record: ${value.length} bytes`);
  }
  return value.subarray(SERVER_ID_SIZE);
}

function readModes(userData: Uint8Array): FileModes | undefined {
  if (userData.length === 0) return undefined;
  const r = new ByteReader(userData);
  const length = r.remaining < 4 ? Infinity : r.u32();
  if (length > r.remaining) {
    throw new SambaFormatError(`Read share modes: ${length} of ${userData.length} bytes`);
  }
  if (length === 0) return undefined;
  const blob = r.bytes(length);
  return readInAnyLayout(blob, r.rest());
}

/** Newest first; what tells the older two apart is that only one of them can be read (10). */
function readInAnyLayout(blob: Uint8Array, entries: Uint8Array): FileModes {
  if (isShareModeData425(blob)) return readAs("4.25", readShareModeData425, blob, entries);
  try {
    return readAs("4.24", readShareModeData424, blob, entries);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return readAs("4.17", readShareModeData417, blob, entries);
  }
}

function readAs(
  generation: SambaGeneration,
  read: ShareModeDataReader,
  blob: Uint8Array,
  entries: Uint8Array,
): FileModes {
  return { generation, data: read(blob), entries: readShareModeEntries(entries, generation) };
}

/** Whether bytes were refused, rather than that something of ours is wrong. */
export function isUnreadable(error: unknown): error is WireError | SambaFormatError {
  return error instanceof WireError || error instanceof SambaFormatError;
}
