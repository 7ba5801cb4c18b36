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
