/**
 * What `smbd` keeps in the databases of the cluster, read and never written
 * (`spec/openfiles.md`): open files, leases, byte locks, sessions. The daemon itself never looks
 * into these values.
 *
 * @example
 * ```ts ignore
 * for await (const { key, header, value } of database.traverse()) {
 *   if (isMarkerKey(key)) continue;
 *   const { modes } = readOpenFile(key, value, header.flags);
 *   for (const entry of modes?.entries ?? []) console.log(pathOf(modes!.data), entry.uid);
 * }
 * ```
 *
 * @module
 */
export * from "./byte-lock.ts";
export * from "./errors.ts";
export {
  type FileId,
  fileIdOfKey,
  fileIdText,
  isDisconnected,
  nodeOf,
  sameFile,
  serverIdText,
} from "./identities.ts";
export * from "./lease.ts";
export * from "./open-file.ts";
export type { RecordWatcher } from "./record-headers.ts";
export {
  type FileNames,
  pathOf,
  type SambaGeneration,
  type ShareModeData,
} from "./share-mode-data.ts";
export { OpLock, type ShareModeEntry } from "./share-mode-entry.ts";
export * from "./smbd-records.ts";
export * from "./words.ts";
