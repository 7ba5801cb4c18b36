/**
 * Clients: tools, programs, and what the leader does as one.
 *
 * @module
 */

/**
 * Time between two tries for a record that somebody holds.
 *
 * Beyond it: the time grows no more.
 */
export const LONGEST_CHAIN_LOCK_RETRY_MS = 50;

/**
 * Events of the cluster that wait for a slow reader.
 *
 * Beyond it: the reader gets an error, never a gap.
 */
export const MAX_WATCH_QUEUE_EVENTS = 10_000;

/**
 * Time between two tries for a lock of the cluster.
 *
 * Beyond it: the time grows no more.
 */
export const LONGEST_G_LOCK_RETRY_MS = 100;

/**
 * Time between two tries to connect again.
 *
 * Beyond it: the time grows no more.
 */
export const LONGEST_RECONNECT_RETRY_MS = 5000;

/**
 * Messages of a subscription that wait for a slow reader.
 *
 * Beyond it: the reader gets an error, never a gap.
 */
export const MAX_SUBSCRIPTION_QUEUE_MESSAGES = 10_000;

/**
 * Time between two tries to commit a transaction.
 *
 * Beyond it: the time grows no more.
 */
export const LONGEST_COMMIT_RETRY_MS = 1000;

/**
 * Refusals in a row without a recovery that would explain them, within some five seconds: what a
 * client that died has left behind is over by then.
 *
 * Beyond it: the transaction fails.
 */
export const MAX_COMMIT_REFUSALS = 12;

/**
 * Recoveries that undo a commit, one after the other: a node cannot store it, and each try costs the
 * cluster a recovery.
 *
 * Beyond it: the transaction fails.
 */
export const MAX_UNDONE_COMMITS = 5;

/**
 * Records of a traverse that wait for a slow reader; the daemon cannot be made to wait.
 *
 * Beyond it: the reader gets an error, never a gap.
 */
export const MAX_TRAVERSE_QUEUE_RECORDS = 1_000_000;

/**
 * The shortest time that TraverseTimeout can be, which counts seconds.
 *
 * Beyond it: a traverse that took longer asks the nodes whether it was cut off.
 */
export const SHORTEST_TRAVERSE_LIMIT_MS = 1000;

/**
 * An answer of etcd.
 *
 * Beyond it: it is not from etcd, and counts as none.
 */
export const MAX_ETCD_ANSWER_BYTES = 1024 * 1024;
