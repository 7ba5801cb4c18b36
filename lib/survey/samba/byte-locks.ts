import {
  type ByteLock,
  type FileId,
  fileIdOfKey,
  fileIdText,
  type FileNames,
  readByteLocks,
  readOpenFile,
} from "../../samba/mod.ts";
import { LOCKING_DATABASE } from "./open-files.ts";
import { type ProcessState, processStates } from "./processes.ts";
import { type NotUnderstood, readDatabase, type SambaQuestions } from "./records.ts";

/** The byte range locks of one file. */
export interface LockedFile {
  readonly fileId: FileId;
  /** Unknown when its record in `locking.tdb` is not there any more. */
  readonly names: FileNames | undefined;
  readonly locks: readonly { readonly lock: ByteLock; readonly state: ProcessState }[];
}

/** All byte range locks of the cluster. */
export interface ByteLocks {
  readonly attached: boolean;
  readonly files: readonly LockedFile[];
  readonly notUnderstood: readonly NotUnderstood[];
}

/** The byte range locks of smbd. */
export const BYTE_LOCK_DATABASE = "brlock.tdb";

/**
 * Reads who has which bytes of which file locked (`openfiles.md` 8).
 *
 * @throws {ControlError} the local daemon refuses
 */
export async function gatherByteLocks(questions: SambaQuestions): Promise<ByteLocks> {
  const read = await readDatabase(questions, BYTE_LOCK_DATABASE, (key, value) => {
    return { fileId: fileIdOfKey(key), locks: readByteLocks(value) };
  });
  const locked = read.found.filter(({ locks }) => locks.length > 0);
  const names = locked.length === 0 ? new Map() : await namesOfFiles(questions);
  const owners = locked.flatMap(({ locks }) => locks.map(({ serverId }) => serverId));
  const stateOf = await processStates(questions, owners);
  const files = locked.map(({ fileId, locks }) => ({
    fileId,
    names: names.get(fileIdText(fileId)),
    locks: locks.map((lock) => ({ lock, state: stateOf(lock.serverId) })),
  }));
  return { attached: read.attached, files, notUnderstood: read.notUnderstood };
}

/** What cannot be read there is told by the command for open files. */
async function namesOfFiles(questions: SambaQuestions): Promise<Map<string, FileNames>> {
  const { found } = await readDatabase(
    questions,
    LOCKING_DATABASE,
    (key, value, { flags }) => readOpenFile(key, value, flags),
  );
  return new Map(found.flatMap(({ fileId, modes }) => {
    return modes === undefined ? [] : [[fileIdText(fileId), modes.data] as const];
  }));
}
