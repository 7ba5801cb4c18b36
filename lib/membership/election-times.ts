/** How long who waits for what when a leader is looked for. @module */

/** A leader says so this often (`cluster.md` 6.2). */
export const BROADCAST_INTERVAL_MS = 1000;
/** A winner's answer waits this long, so that one of several winners may spare the others theirs. */
export const ANSWER_DELAY_MS = 200;
/**
 * C nodes answer within 500 ms or not at all, so an election that was quiet for longer is decided;
 * an answer that comes too late for that is another election. The rest of ElectionTimeout (3 s)
 * would be waiting without listening for anything.
 */
export const QUIET_ELECTION_MS = 750;
/** A leader in reach is heard within one broadcast interval; this leaves it some room to be late. */
export const LISTEN_FIRST_MS = 1300;
/**
 * After the lock could not be had: a winner is heard within a broadcast interval; if none is, the
 * holder has died and its helper has not noticed yet, which a C helper does within 5 s.
 */
export const LOCK_RETRY_MS = 1300;
/** The same, and after an election that was given up, when it is known that the leader has died. */
export const LOCK_RETRY_AFTER_DEATH_MS = 400;
/** How long a dead link of the leader may take to come back before an election is called. */
export const LEADER_LINK_GRACE_MS = 100;
