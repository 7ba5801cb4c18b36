import { SambaFormatError } from "./errors.ts";
import { type FileId, readFileId } from "./identities.ts";
import { NdrReader, PRESENT_POINTER } from "./ndr-reader.ts";

/** The release of Samba whose layout a record has; layouts do not change within one. */
export type SambaGeneration = "4.17" | "4.24" | "4.25";

/** The names of a file, as share modes and leases have them (`openfiles.md` 4.5). */
export interface FileNames {
  /** Absolute path of the share. */
  readonly servicepath: string;
  /** Relative to the share. */
  readonly baseName: string;
  /** `:name:$DATA`; absent for the file itself. */
  readonly streamName: string | undefined;
}

/** What all opens of a file have in common (`openfiles.md` 4). */
export interface ShareModeData extends FileNames {
  readonly contentEpoch: bigint;
  /** A cautious summary of the entries; show those instead. */
  readonly flags: number;
  readonly fileId: FileId;
  /** Hashes of the names under which the file will be deleted when its last handle closes. */
  readonly deleteTokens: readonly number[];
  /** Only in 4.25. */
  readonly persistentHandles: number | undefined;
}

/** Absolute path with the stream. */
export function pathOf({ servicepath, baseName, streamName }: FileNames): string {
  return `${servicepath}/${baseName}${streamName ?? ""}`;
}

/** Reads the common part in the layout of one release. */
export type ShareModeDataReader = (blob: Uint8Array) => ShareModeData;

/** Bytes of a delete token in the oldest and smallest layout. */
const LEAST_TOKEN_SIZE = 12;

interface Pointers {
  readonly servicepath: boolean;
  readonly baseName: boolean;
  readonly streamName: boolean;
}

const readPointers = (r: NdrReader): Pointers => ({
  servicepath: r.pointer(),
  baseName: r.pointer(),
  streamName: r.pointer(),
});

/** The texts that pointers announced; the first two are always there. */
export function readNames(r: NdrReader, pointers: Pointers): FileNames {
  return {
    servicepath: pointers.servicepath ? r.text() : "",
    baseName: pointers.baseName ? r.text() : "",
    streamName: pointers.streamName ? r.text() : undefined,
  };
}

/** Three pointers, as a lease has them for each of its files. */
export const readNamePointers = readPointers;

/** The number of delete tokens, which stands twice. */
function tokenCount(r: NdrReader, blob: Uint8Array): number {
  const count = r.u32();
  const again = r.u32();
  if (count !== again || count > blob.length / LEAST_TOKEN_SIZE) {
    throw new SambaFormatError(`Read delete tokens: ${count} and ${again} in ${blob.length} bytes`);
  }
  return count;
}

/** Delete tokens carry security tokens behind the names; without any nothing may follow. */
function checkEnd(r: NdrReader, deleteTokens: readonly number[]): void {
  if (deleteTokens.length > 0 || r.remaining === 0) return;
  throw new SambaFormatError(`Read share modes: ${r.remaining} bytes behind the names`);
}

/** Samba 4.17 (`openfiles.md` 4.1). */
export const readShareModeData417: ShareModeDataReader = (blob) => {
  const r = new NdrReader(blob);
  const contentEpoch = r.hyper();
  const flags = r.u16();
  const pointers = readPointers(r);
  const deleteTokens = Array.from({ length: tokenCount(r, blob) }, () => {
    const nameHash = r.u32();
    r.skip(8); // pointers to the security tokens
    return nameHash;
  });
  r.udlong(); // old write time
  r.udlong(); // changed write time
  const fileId = readFileId(r);
  const names = readNames(r, pointers);
  checkEnd(r, deleteTokens);
  return { contentEpoch, flags, fileId, deleteTokens, persistentHandles: undefined, ...names };
};

/** Samba 4.24 (`openfiles.md` 4.2). */
export const readShareModeData424: ShareModeDataReader = (blob) => {
  const r = new NdrReader(blob);
  const contentEpoch = r.hyper();
  const flags = r.u16();
  const pointers = readPointers(r);
  const deleteTokens = Array.from({ length: tokenCount(r, blob) }, () => {
    r.align(8);
    const nameHash = r.u32();
    r.align(8);
    r.skip(16 + 8); // lease key of the parent, pointers
    return nameHash;
  });
  const fileId = readFileId(r);
  const names = readNames(r, pointers);
  checkEnd(r, deleteTokens);
  return { contentEpoch, flags, fileId, deleteTokens, persistentHandles: undefined, ...names };
};

/** Whether a blob has the head of {@link readShareModeData425}. */
export function isShareModeData425(blob: Uint8Array): boolean {
  if (blob.length < 92) return false;
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  return view.getUint32(0, true) === 1 && view.getUint32(20, true) === 1 &&
    view.getUint32(24, true) === PRESENT_POINTER;
}

/** Samba 4.25 (`openfiles.md` 4.3). */
export const readShareModeData425: ShareModeDataReader = (blob) => {
  const r = new NdrReader(blob);
  r.skip(8); // version
  const contentEpoch = r.hyper();
  const flags = r.u16();
  r.align(4);
  r.skip(8); // version again, pointer
  if (r.hyper() !== contentEpoch || r.u16() !== flags) {
    throw new SambaFormatError("Read share modes: its two heads differ");
  }
  const pointers = readPointers(r);
  const persistentHandles = r.u32();
  const deleteTokens = Array.from({ length: tokenCount(r, blob) }, () => {
    r.align(8);
    const nameHash = r.u32();
    r.align(8);
    r.skip(16 + 8 + 8); // lease key of the parent, persistent id, pointers
    return nameHash;
  });
  const fileId = readFileId(r);
  const names = readNames(r, pointers);
  checkEnd(r, deleteTokens);
  return { contentEpoch, flags, fileId, deleteTokens, persistentHandles, ...names };
};
