/** Talking to a daemon: what tools and programs are written against, and recovery inside of a node. @module */
export {
  type AttachedDatabase,
  AttachError,
  attachFile,
  type AttachOptions,
  type AttachStep,
  type DatabaseKind,
} from "./attach.ts";
export {
  Cluster,
  type ClusterNode,
  connect,
  type ConnectToClusterOptions,
  DEFAULT_SOCKET,
} from "./cluster.ts";
export * from "./cluster-client.ts";
export * from "./daemon-connection.ts";
export { attachDatabase, Database, type TransactionOptions } from "./database.ts";
export * from "./errors.ts";
export {
  G_LOCK_DATABASE,
  type GLockKind,
  type GLockOptions,
  type GLockRecords,
  lockGlobally,
} from "./g-lock.ts";
export {
  ctdbFormat,
  type GLockFormat,
  type GLockState,
  sambaFormat,
  type SambaLockState,
} from "./g-lock-formats.ts";
export { type FetchOptions, LockedRecord } from "./locked-record.ts";
export type { NodeClient, NodeControlOptions } from "./node-client.ts";
export type { SharedFile } from "./shared-files.ts";
export type { Transaction } from "./transaction.ts";
export {
  type DatabaseRecord,
  traverse,
  type TraverseOptions,
  type TraversingClient,
} from "./traverse.ts";
