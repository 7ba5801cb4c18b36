/**
 * Databases and records.
 *
 * @module
 */

/**
 * Updates that wait for one database's worker.
 *
 * Beyond it: the update is refused.
 */
export const MAX_QUEUED_UPDATES = 10_000;

/**
 * Packets parked for one database, of all kinds together.
 *
 * Beyond it: what its queue says: a call is answered with an error, or dropped for its sender to
 * repeat.
 */
export const MAX_DATABASE_PARKED_PACKETS = 200_000;

/**
 * The same in bytes.
 *
 * Beyond it: the same.
 */
export const MAX_DATABASE_PARKED_BYTES = 128 * 1024 * 1024;

/**
 * Packets parked for all databases together.
 *
 * Beyond it: the same.
 */
export const MAX_NODE_PARKED_PACKETS = 400_000;

/**
 * The same in bytes.
 *
 * Beyond it: the same.
 */
export const MAX_NODE_PARKED_BYTES = 256 * 1024 * 1024;

/**
 * Attaches of clients that wait for the end of a recovery.
 *
 * Beyond it: the attach is refused, and the log says so.
 */
export const MAX_DEFERRED_ATTACHES = 10_000;

/**
 * Name of a database: the file's name is this, a dot and the pnn; what a file system takes.
 *
 * Beyond it: the attach is refused.
 */
export const MAX_DATABASE_NAME_BYTES = 240;

/**
 * Records of one database that wait for a quick vacuum.
 *
 * Beyond it: new ones are left to the next full vacuum run.
 */
export const MAX_DELETE_QUEUE_RECORDS = 1_000_000;

/**
 * Memory for such records, and for such keys as are to be fetched home: a million with keys of 80
 * bytes.
 *
 * Beyond it: new ones are left to the next full vacuum run.
 */
export const MAX_VACUUM_QUEUE_BYTES = 128 * 1024 * 1024;

/**
 * Helpers that wait for records at the same time, in the whole node.
 *
 * Beyond it: other records are tried again by the node itself.
 */
export const MAX_RECORD_LOCK_HELPERS = 2;

/**
 * Time between two tries for a record without a helper.
 *
 * Beyond it: the time grows no more.
 */
export const LONGEST_LOOK_MS = 1000;

/**
 * Parked packets that are served in one turn.
 *
 * Beyond it: the others follow in the next.
 */
export const RESUMED_BATCH_PACKETS = 256;

/**
 * Pushes to one database whose records are stored and not on the disk yet.
 *
 * Beyond it: the push fails.
 */
export const MAX_UNSYNCED_PUSHES = 10_000;

/**
 * The largest pnn that can hold a read-only copy; a bitmap from the file is never longer.
 *
 * Beyond it: the copy is refused.
 */
export const MAX_TRACKED_PNN = 65_535;

/**
 * What a slice of a pull, or of storing what was pushed, shall take at most.
 *
 * Beyond it: the next one is smaller, or has the rest.
 */
export const RECOVERY_SLICE_MS = 3;

/**
 * Records of a push that are stored in one turn.
 *
 * Beyond it: the others follow in the next.
 */
export const APPLY_SLICE_RECORDS = 500;

/**
 * What one database stages for the end of a recovery, in a file.
 *
 * Beyond it: the push fails, and the recovery with it.
 */
export const MAX_STAGED_BYTES = 4 * 1024 * 1024 * 1024;

/**
 * What a recovery keeps of one database in memory when there is no room in the files that it keeps
 * it in otherwise.
 *
 * Beyond it: the database is not recovered, and tried again.
 */
export const MAX_SCRATCH_MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Freeze requests that wait for one database.
 *
 * Beyond it: the request fails.
 */
export const MAX_FREEZE_REQUESTS = 1000;

/**
 * What a pull reads in one turn of the loop, by the records it has seen.
 *
 * Beyond it: the rest follows in the next.
 */
export const PULL_SLICE_BYTES = 1024 * 1024;

/**
 * The same in records.
 *
 * Beyond it: the rest follows in the next.
 */
export const PULL_SLICE_RECORDS = 1000;

/**
 * The same in chains, most of which are empty in a small database.
 *
 * Beyond it: the rest follows in the next.
 */
export const PULL_SLICE_CHAINS = 5000;

/**
 * What may be under way to the node that recovers; a control waits behind it there.
 *
 * Beyond it: the pull waits until that node has shown that it keeps up.
 */
export const PULL_WINDOW_BYTES = 512 * 1024;

/**
 * Records whose migrations are counted at a time.
 *
 * Beyond it: others are not counted until the next cleaning.
 */
export const MAX_COUNTED_RECORDS = 100_000;

/**
 * What a traverse collects before the daemon takes it, in one turn.
 *
 * Beyond it: it is sent.
 */
export const TRAVERSE_BATCH_BYTES = 64 * 1024;

/**
 * The same in records.
 *
 * Beyond it: they are sent.
 */
export const TRAVERSE_BATCH_RECORDS = 500;

/**
 * Records in one batch of a traverse of a database in memory.
 *
 * Beyond it: they are sent.
 */
export const MEMORY_BATCH_RECORDS = 100;

/**
 * Files of one database that are set aside for damage in the same second.
 *
 * Beyond it: the attach fails.
 */
export const MAX_SET_ASIDE_FILES = 100;

/**
 * Traverses that clients have under way on this node, all together.
 *
 * Beyond it: the traverse is refused.
 */
export const MAX_OPEN_TRAVERSES = 1000;

/**
 * What a traverse may have under way to another node.
 *
 * Beyond it: it waits until that node has shown that it keeps up.
 */
export const TRAVERSE_WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Messages that a client of our own may be behind.
 *
 * Beyond it: the traverse waits for it.
 */
export const MAX_BEHIND_MESSAGES = 20_000;

/**
 * Processes that read databases at the same time.
 *
 * Beyond it: further traverses wait for their turn.
 */
export const MAX_TRAVERSE_HELPERS = 4;

/**
 * Traverses that wait for their turn.
 *
 * Beyond it: the traverse is refused; the others go on without this node.
 */
export const MAX_WAITING_TRAVERSES = 1000;

/**
 * Keys in one control of a vacuum run.
 *
 * Beyond it: the others go with another.
 */
export const MAX_ANNOUNCED_KEYS = 1_000;

/**
 * Records that a vacuum run asks about at a time.
 *
 * Beyond it: the others are asked about afterwards.
 */
export const MAX_DELETE_LIST_RECORDS = 1_000;

/**
 * Keys of one database that are to be fetched home for a vacuum run.
 *
 * Beyond it: new ones are left to the next full vacuum run of their owner.
 */
export const MAX_FETCH_QUEUE_KEYS = 1_000_000;

/**
 * Calls of a vacuum run that are under way.
 *
 * Beyond it: the next follows when one is answered.
 */
export const FETCH_WINDOW_CALLS = 100;

/**
 * Keys of a vacuum run that are called for in one turn: their owners and this node are to do no more
 * for them in a turn than others can wait for.
 *
 * Beyond it: the others follow after a pause.
 */
export const FETCH_SLICE_KEYS = 32;

/**
 * Records that a vacuum run works off in one turn.
 *
 * Beyond it: the others follow in the next.
 */
export const VACUUM_SLICE_RECORDS = 1000;

/**
 * How long a vacuum run may take in one turn.
 *
 * Beyond it: the rest follows in the next.
 */
export const VACUUM_SLICE_MS = 1;

/**
 * TRY_DELETE_RECORDS under way; other nodes send one at a time.
 *
 * Beyond it: the request fails.
 */
export const MAX_DELETE_REQUESTS = 1000;

/**
 * Controls that wait for one database's work; a recovery sends a handful.
 *
 * Beyond it: the control fails.
 */
export const MAX_GATE_CONTROLS = 1000;

/**
 * Locks that are waited for of which the admin API is told: for each, some words of a file are read.
 *
 * Beyond it: the others are counted.
 */
export const MAX_TOLD_WAITS = 32;

/**
 * Of the key of such a lock.
 *
 * Beyond it: the rest is left out.
 */
export const MAX_TOLD_KEY_BYTES = 256;

/**
 * Records, and chains most of which are empty, that the scan of a full vacuum run reads before it
 * looks at the clock.
 *
 * Beyond it: the slice ends if it has taken its time.
 */
export const FULL_SCAN_BATCH_RECORDS = 64;

/**
 * The same in chains.
 *
 * Beyond it: the slice ends if it has taken its time.
 */
export const FULL_SCAN_BATCH_CHAINS = 500;
