/**
 * The log.
 *
 * @module
 */

/**
 * Datagrams of the syslog variants that never wait; 1024 bytes with the terminator that C needs.
 *
 * Beyond it: the line is cut.
 */
export const MAX_SHORT_DATAGRAM_BYTES = 1023;

/**
 * Datagrams to `/dev/log`, as its receivers take at least.
 *
 * Beyond it: the line is cut.
 */
export const MAX_DATAGRAM_BYTES = 8192;

/**
 * Lines that wait for a syslog daemon which takes none.
 *
 * Beyond it: they are counted, and a line says how many were lost.
 */
export const MAX_HELD_DATAGRAMS = 1000;

/**
 * Line of a child that is logged in one piece (`cluster.md` 1.5).
 *
 * Beyond it: it becomes several.
 */
export const MAX_CHILD_LINE_BYTES = 1024;

/**
 * Path of a log socket.
 *
 * Beyond it: the log cannot be opened, and the daemon does not start.
 */
export const MAX_LOG_PATH_BYTES = 107;

/**
 * Lines that wait for a disk that takes none.
 *
 * Beyond it: they are counted, and a line says how many were lost.
 */
export const MAX_HELD_LOG_BYTES = 1024 * 1024;

/**
 * Lines of one kind in each {@link OUTSIDE_LOG_WINDOW_MS} that somebody outside can cause as often
 * as he likes, by frames that are none for example.
 *
 * Beyond it: they are counted, and at the end of that time a line says how many there were.
 */
export const MAX_OUTSIDE_LOG_LINES = 10;

/**
 * The time in which {@link MAX_OUTSIDE_LOG_LINES} may come.
 *
 * Beyond it: they are counted anew.
 */
export const OUTSIDE_LOG_WINDOW_MS = 10_000;

/**
 * Kinds of such lines that are told apart at a time.
 *
 * Beyond it: the others share one limit.
 */
export const MAX_LIMITED_LINE_KINDS = 64;
