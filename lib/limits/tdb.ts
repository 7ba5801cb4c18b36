/**
 * Files of databases.
 *
 * @module
 */

/**
 * A line between daemon and lock helper; a key of the protocol stays far below.
 *
 * Beyond it: the helper is ended.
 */
export const MAX_HELPER_LINE_CHARACTERS = 16 * 1024 * 1024;

/**
 * Files that a lock helper keeps open between requests.
 *
 * Beyond it: the one that was used longest ago is closed.
 */
export const MAX_HELPER_FILES = 16;

/**
 * Records in one chain of a file.
 *
 * Beyond it: it is a circle: libtdb is asked instead.
 */
export const MAX_CHAIN_RECORDS = 1_000_000;

/**
 * How often one lock is given back when a file is closed.
 *
 * Beyond it: it is left to the kernel.
 */
export const MAX_NESTED_LOCKS = 1000;

/**
 * Room of a file that records of a recovery are made of, set aside at once.
 *
 * Beyond it: as much is set aside again.
 */
export const MAX_DONOR_BYTES = 64 * 1024;
