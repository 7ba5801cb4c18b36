/**
 * Event scripts and the event socket.
 *
 * @module
 */

/**
 * Monitor events that wait until nothing else runs; the daemon has one.
 *
 * Beyond it: EBUSY.
 */
export const MAX_PATIENT_EVENTS = 16;

/**
 * Events that wait: a takeover of thousands of addresses queues as many.
 *
 * Beyond it: EBUSY.
 */
export const MAX_QUEUED_EVENTS = 8192;

/**
 * An answer at the event socket: a status holds the output of all scripts of one event, which the C
 * daemon does not limit.
 *
 * Beyond it: the connection is over.
 */
export const MAX_EVENT_REPLY_BYTES = 256 * 1024 * 1024;

/**
 * Names of events whose last run is remembered: a client may invent names, the daemon uses a dozen.
 *
 * Beyond it: the oldest is forgotten.
 */
export const MAX_REMEMBERED_EVENT_NAMES = 128;

/**
 * A request at the event socket: names and arguments.
 *
 * Beyond it: the connection is closed.
 */
export const MAX_EVENT_REQUEST_BYTES = 64 * 1024;

/**
 * Requests of one connection that are not answered; the tool has one.
 *
 * Beyond it: the connection is closed.
 */
export const MAX_OUTSTANDING_EVENT_REQUESTS = 16;

/**
 * Connections at the event socket.
 *
 * Beyond it: more are closed at once, and the log says so.
 */
export const MAX_EVENT_CONNECTIONS = 64;

/**
 * Scripts that hang and are left for the administrator to look at.
 *
 * Beyond it: the oldest is killed.
 */
export const MAX_HUNG_SCRIPTS = 16;

/**
 * How long a script may take that debugs a hung one. The C daemon waits for ever.
 *
 * Beyond it: it is killed.
 */
export const DEBUG_SCRIPT_LIMIT_MS = 60_000;

/**
 * Notification scripts at the same time.
 *
 * Beyond it: the notification is dropped, and the log says so.
 */
export const MAX_NOTIFICATION_SCRIPTS = 64;

/**
 * Output of a script: 120 kB were seen to pass through C's.
 *
 * Beyond it: the rest is thrown away.
 */
export const MAX_SCRIPT_OUTPUT_BYTES = 256 * 1024;

/**
 * Lines of a script's output that the log quotes.
 *
 * Beyond it: the log says how many more there are.
 */
export const MAX_QUOTED_LINES = 1000;

/**
 * A line of a script's output in the log.
 *
 * Beyond it: the rest of the line is left out.
 */
export const MAX_QUOTED_LINE_CHARACTERS = 2000;

/**
 * Address events that are run together, with one process of a script for all.
 *
 * Beyond it: the others are run behind them.
 */
export const MAX_EVENTS_TOGETHER = 64;

/**
 * The head of a script, in which it says what it can do.
 *
 * Beyond it: it is not read.
 */
export const MAX_SCRIPT_HEAD_BYTES = 4096;

/**
 * Scripts whose heads are remembered; a site has some thirty.
 *
 * Beyond it: they are read anew.
 */
export const MAX_REMEMBERED_SCRIPT_HEADS = 256;
