/**
 * What the programs take and show.
 *
 * @module
 */

/**
 * Name of an interface that `setifacelink` takes.
 *
 * Beyond it: the command is refused.
 */
export const LONGEST_INTERFACE_CHARACTERS = 16;

/**
 * Standard input that is read for pairs of addresses.
 *
 * Beyond it: the command fails and says so.
 */
export const MAX_CONNECTIONS_INPUT_BYTES = 16 * 1024 * 1024;

/**
 * The largest TCP port there is.
 *
 * Beyond it: the operand is refused.
 */
export const LARGEST_TCP_PORT = 0xffff;

/**
 * Connections of browsers at the door that `ctdb web` opens.
 *
 * Beyond it: more are closed at once.
 */
export const MAX_WEB_DOOR_CONNECTIONS = 64;

/**
 * A buffer in a backup that is written.
 *
 * Beyond it: it is closed and another begun.
 */
export const BACKUP_BUFFER_LIMIT_BYTES = 100_000;

/**
 * A buffer in a backup that is read.
 *
 * Beyond it: the file counts as damaged.
 */
export const LARGEST_BACKUP_BUFFER_BYTES = 0x4000_0000n;

/**
 * Standard input or file of `ptrans`.
 *
 * Beyond it: the command fails and says so; nothing is stored.
 */
export const MAX_PTRANS_INPUT_BYTES = 256 * 1024 * 1024;

/**
 * What `ctdb wait --timeout` takes.
 *
 * Beyond it: the command is refused.
 */
export const LONGEST_WAIT_TIMEOUT_S = 24 * 3600;

/**
 * Time between two screens of `ctdb top`.
 *
 * Beyond it: the key for slower does nothing.
 */
export const LONGEST_TOP_INTERVAL_S = 60;

/**
 * Differences between a word and one that may be meant.
 *
 * Beyond it: it is another word, and not suggested.
 */
export const MOST_WORD_DIFFERENCES = 2;

/**
 * Words that are suggested for an unknown one.
 *
 * Beyond it: the others are left out.
 */
export const MOST_SUGGESTED_WORDS = 3;

/**
 * How far the clocks of nodes may be apart.
 *
 * Beyond it: `ctdb_diagnostics` calls it an error.
 */
export const MAX_CLOCK_DRIFT_S = 30;

/**
 * One request to one member of etcd.
 *
 * Beyond it: the next member is asked.
 */
export const MAX_ETCD_REQUEST_MS = 3000;

/**
 * The lease of a lock in etcd.
 *
 * Beyond it: the helper refuses to start.
 */
export const MAX_ETCD_LEASE_S = 600;

/**
 * Locks between two looks at the clock, as asking for the time costs a good part of a lock.
 *
 * Beyond it: the time is asked, so that a file system that became slow is noticed.
 */
export const MAX_STRIDE_LOCKS = 16;

/**
 * Time between two lines of `ping_pong --report`.
 *
 * Beyond it: it is refused.
 */
export const MAX_REPORT_INTERVAL_S = 3600;

/**
 * Increments are differences of bytes, and half of their range counts as negative: so many can take
 * part.
 *
 * Beyond it: it is refused.
 */
export const MAX_PING_PONG_INSTANCES = 127;

/**
 * A line of the report of `doctor`: longer ones are hard to read on any terminal.
 *
 * Beyond it: it is broken.
 */
export const WIDEST_REPORT_COLUMNS = 100;

/**
 * Browsers that use one `ctdb web`.
 *
 * Beyond it: the one that came first has to open the address anew.
 */
export const MAX_WEB_SESSIONS = 32;
