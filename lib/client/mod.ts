/** Talking to a daemon: what tools and programs are written against, and recovery inside of a node. @module */
export {
  type AttachedDatabase,
  AttachError,
  attachFile,
  type AttachOptions,
  type AttachStep,
  type DatabaseKind,
  type OpenDatabaseOptions,
} from "./attach.ts";
export { type AnyDatabase, attachDatabase } from "./attach-database.ts";
export {
  type CallOptions,
  Cluster,
  connect,
  type ConnectToClusterOptions,
  DEFAULT_SOCKET,
} from "./cluster.ts";
export type {
  ClusterEvent,
  ClusterNode,
  HostedAddress,
  LostState,
  TickleConnection,
  TickleEnd,
} from "./cluster-state.ts";
export * from "./cluster-client.ts";
export * from "./daemon-connection.ts";
export { Database } from "./database.ts";
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
export { GlobalLock, GlobalLocks, type LockOptions } from "./global-lock.ts";
export { type FetchOptions, LockedRecord } from "./locked-record.ts";
export type { NodeClient, NodeControlOptions } from "./node-client.ts";
export { ReplicatedDatabase, type TransactionOptions } from "./replicated-database.ts";
export type { ClusterSession, ClusterSessionOptions } from "./session.ts";
export type { SharedFile } from "./shared-files.ts";
export { Subscription } from "./subscription.ts";
export type { Transaction } from "./transaction.ts";
export {
  type DatabaseRecord,
  traverse,
  type TraverseOptions,
  type TraversingClient,
} from "./traverse.ts";
export { VolatileDatabase } from "./volatile-database.ts";
