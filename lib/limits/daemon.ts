/**
 * The daemon around its core.
 *
 * @module
 */

/**
 * Addresses in `[admin] listen`.
 *
 * Beyond it: the configuration is wrong, and the daemon does not start.
 */
export const MAX_LISTEN_ADDRESSES = 16;

/**
 * What a turn of the core does of the work that takes milliseconds a piece, on whole databases; one
 * piece in any case.
 *
 * Beyond it: the others follow in the next turns, behind packets and timers.
 */
export const MAX_TURN_SLICES_MS = 2;

/**
 * Log lines of one turn of the core: more would say the same again.
 *
 * Beyond it: they are counted, and the log says how many were lost.
 */
export const MAX_TURN_LOG_LINES = 10_000;

/**
 * Messages that wait for one client; a frame for many of them lies in memory once. MaxQueueDropMsg
 * bounds their number.
 *
 * Beyond it: the client is cut off, and the log says so.
 */
export const MAX_CLIENT_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * How long the end of the daemon waits for what the admin API has not written yet.
 *
 * Beyond it: it ends without.
 */
export const ADMIN_CLOSE_LIMIT_MS = 2000;

/**
 * What happens before the admin API can take it.
 *
 * Beyond it: it is not told.
 */
export const MAX_HELD_EVENTS = 256;

/**
 * Scripts that debug a lock, at the same time.
 *
 * Beyond it: no further one is started.
 */
export const MAX_DEBUG_LOCK_SCRIPTS = 5;

/**
 * Clients that the core tells the admin API of in one answer, which takes it a fraction of a
 * millisecond.
 *
 * Beyond it: the API asks again.
 */
export const MAX_TOLD_CLIENTS = 128;

/**
 * Message ids of a client that the admin API is told.
 *
 * Beyond it: the others are counted.
 */
export const MAX_TOLD_SRVIDS = 16;

/**
 * Databases of a client that the admin API is told.
 *
 * Beyond it: the others are counted.
 */
export const MAX_TOLD_DATABASES = 64;

/**
 * How long the admin API waits for what the core tells of itself.
 *
 * Beyond it: the core counts as hung: status 503.
 */
export const CORE_SIGHT_LIMIT_MS = 2000;

/**
 * Questions of the admin API that the core has not answered yet.
 *
 * Beyond it: status 503.
 */
export const MAX_CORE_SIGHTS = 32;
