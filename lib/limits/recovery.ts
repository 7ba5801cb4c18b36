/**
 * Recovery and elections.
 *
 * @module
 */

/**
 * How long a node that starts asks the others whether they wait, too. By then a leader that there
 * is has spoken.
 *
 * Beyond it: its silence is noticed in the usual way.
 */
export const FIRST_ELECTION_LIMIT_MS = 1500;

/**
 * A part of the file in which the leader collects records.
 *
 * Beyond it: another part is begun.
 */
export const LARGEST_SLAB_BYTES = 16 * 1024 * 1024;

/**
 * Records that go in one message of a recovery, in bytes: such messages lie in memory that is used
 * again, on their way out and in.
 *
 * Beyond it: they go in the next message, also when RecBufferSizeLimit is larger.
 */
export const MAX_RECOVERY_MESSAGE_BYTES = 60 * 1024;

/**
 * What may be under way to each node in a recovery.
 *
 * Beyond it: the push waits until all have shown that they keep up.
 */
export const PUSH_WINDOW_BYTES = 1024 * 1024;

/**
 * Requests for a takeover run that wait.
 *
 * Beyond it: they are dropped: tools repeat theirs.
 */
export const MAX_TAKEOVER_REQUESTS = 1000;

/**
 * How long the leader waits for a node that reads its database for it, in RecoverTimeouts: as long as
 * the node has a connection it is at work. A large database, or a slow link, takes longer than one.
 *
 * Beyond it: the pull has failed, and the recovery begins anew.
 */
export const MAX_PULL_TIMEOUTS = 10;

/**
 * How long a node may take for each record that it stores, beside RecoverTimeout, when the machine is
 * busy with other things.
 *
 * Beyond it: the commit has failed, and the recovery begins anew.
 */
export const LONGEST_COMMIT_EACH_RECORD_MS = 0.1;
