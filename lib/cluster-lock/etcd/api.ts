import { LockError } from "../errors.ts";

/** etcd could not be asked, or did not answer in time: whether it did what was asked is unknown. */
export class EtcdUnavailableError extends LockError {}

/** etcd answered, and the answer was no; asking again would change nothing. */
export class EtcdRefusedError extends LockError {}

/** A lease: etcd deletes the keys under it when it runs out. */
export interface EtcdLease {
  /** A signed 64-bit number in decimal. */
  id: string;
  /** What etcd granted, which may be more than was asked for. */
  ttl_s: number;
}

/** Who has a key. */
export interface KeyOwner {
  /** The revision of the cluster at which the key came to be: no two keys have the same. */
  createRevision: bigint;
  lease: string;
  /** What the owner wrote there about itself. */
  value: string;
}

/** A key as it is at one revision of the cluster. */
export interface KeyState {
  revision: bigint;
  /** `undefined`: there is no such key. */
  owner: KeyOwner | undefined;
}

/**
 * What a lock needs of etcd. All calls may reject with {@link EtcdUnavailableError} or
 * {@link EtcdRefusedError}, within a time that the implementation bounds.
 */
export interface EtcdApi {
  grantLease(ttl_s: number): Promise<EtcdLease>;
  /** Starts the lease anew. Returns the seconds that it has, 0 if it is gone. */
  keepAlive(lease: string): Promise<number>;
  /** Ends the lease, and deletes the keys under it. A lease that is gone is no error. */
  revokeLease(lease: string): Promise<void>;
  /** Creates the key if it is not there; returns what is there then, as a quorum sees it. */
  createKey(key: string, value: string, lease: string): Promise<KeyState>;
  /** The key as a quorum sees it. */
  readKey(key: string): Promise<KeyState>;
  /**
   * Resolves when the key changes after `revision`. Rejects when the watch breaks, and with the
   * signal's reason when it is aborted.
   */
  nextChange(key: string, revision: bigint, signal: AbortSignal): Promise<void>;
}
