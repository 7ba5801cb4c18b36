import { at, type Codec, decode, type ServerId, serverId, struct, u64 } from "../wire/mod.ts";
import { SambaFormatError } from "./errors.ts";
import type { NdrReader } from "./ndr-reader.ts";

const ALL_ONES = 0xffff_ffff_ffff_ffffn;
const NO_NODE = 0xffff_ffff;

/** Bytes of a server id (`openfiles.md` 2.1). */
export const SERVER_ID_SIZE = 24;

/** A server id within NDR. */
export function readServerId(r: NdrReader): ServerId {
  r.align(8);
  return decode(serverId, r.bytes(SERVER_ID_SIZE));
}

/** Whether it stands for the owner of a durable handle whose client is gone. */
export function isDisconnected({ pid, taskId, vnn, uniqueId }: ServerId): boolean {
  return pid === ALL_ONES && uniqueId === ALL_ONES && taskId === NO_NODE && vnn === NO_NODE;
}

/** The node of a process; `undefined` for one that is disconnected or outside a cluster. */
export function nodeOf({ vnn }: ServerId): number | undefined {
  return vnn === NO_NODE ? undefined : vnn;
}

/** `3:4369.34`, without the node outside a cluster and without a task 0; or `disconnected`. */
export function serverIdText(id: ServerId): string {
  if (isDisconnected(id)) return "disconnected";
  const node = nodeOf(id);
  return `${node === undefined ? "" : `${node}:`}${id.pid}${
    id.taskId === 0 ? "" : `.${id.taskId}`
  }`;
}

/** Which file, on all nodes (`openfiles.md` 2.2). */
export interface FileId {
  readonly devid: bigint;
  readonly inode: bigint;
  readonly extid: bigint;
}

const FILE_ID_SIZE = 24;

const fileId: Codec<FileId> = struct<FileId>({
  devid: at(0, u64),
  inode: at(8, u64),
  extid: at(16, u64),
}, FILE_ID_SIZE);

/**
 * A key of `locking.tdb` or `brlock.tdb`.
 *
 * @throws {SambaFormatError} it is none
 */
export function fileIdOfKey(key: Uint8Array): FileId {
  if (key.length !== FILE_ID_SIZE) {
    throw new SambaFormatError(`Read a file id: ${key.length} bytes instead of ${FILE_ID_SIZE}`);
  }
  return decode(fileId, key);
}

/** A file id within NDR. */
export function readFileId(r: NdrReader): FileId {
  return { devid: r.udlong(), inode: r.udlong(), extid: r.udlong() };
}

/** `devid:inode:extid`. */
export function fileIdText({ devid, inode, extid }: FileId): string {
  return `${devid}:${inode}:${extid}`;
}

/** Whether two file ids are one. */
export function sameFile(a: FileId, b: FileId): boolean {
  return a.devid === b.devid && a.inode === b.inode && a.extid === b.extid;
}
