/**
 * Cluster locks: what the lock helpers in `cli/` take and hold for a node that wants to lead
 * (`cluster.md` 6.6, 6.7). A record lock on a file of the cluster file system, or a lease in etcd.
 *
 * @module
 */
export { bootClock } from "./process-clock.ts";
export { parentCheck } from "./parent.ts";
export { LockError, SystemCallError } from "./errors.ts";
export { FileWatch, type FileWatchTiming, type Loss, ParentWatch } from "./watch.ts";
export { FlockBuffer, LockCommand, LockType, type RecordLock } from "./record-lock.ts";
export { LockFile } from "./lock-file.ts";
export { type EtcdApi, EtcdRefusedError, EtcdUnavailableError } from "./etcd/api.ts";
export type { EtcdLease, KeyOwner, KeyState } from "./etcd/api.ts";
export { EtcdClient } from "./etcd/client.ts";
export { EtcdGateway, type GatewayOptions } from "./etcd/gateway.ts";
export { EtcdLock, type EtcdLockOptions } from "./etcd/lock.ts";
