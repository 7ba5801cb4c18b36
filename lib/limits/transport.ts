/**
 * Packets, sockets and the loop.
 *
 * @module
 */

/**
 * What a timer of the runtime can count (24.8 days); what is set for longer would fire at once.
 *
 * Beyond it: it fires early, and is set again where that matters.
 */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Memory of a large frame that came in pieces, which is kept for the next such frame.
 *
 * Beyond it: it is left to the collector.
 */
export const MAX_SPARE_FRAME_BYTES = 4 << 20;

/**
 * Frames that are joined into one buffer on Deno's loop: beyond it copying costs more than another
 * write.
 *
 * Beyond it: they leave with the next write.
 */
export const WRITE_JOIN_LIMIT_BYTES = 64 * 1024;

/**
 * Descriptors that are served in one turn of the loop.
 *
 * Beyond it: the kernel names the others in the next.
 */
export const MAX_TURN_EVENTS = 256;

/**
 * How late a timer can be before the loop takes it for a standstill.
 *
 * Beyond it: what nodes have said meanwhile is heard first, so that no silence is judged that was ours.
 */
export const MAX_TIMER_DELAY_MS = 250;

/**
 * How long a loop hears nodes after a standstill before its timers come.
 *
 * Beyond it: timers run, and the rest is heard in the next turns.
 */
export const MAX_CATCH_UP_MS = 1000;

/**
 * Connections that a listener accepts in one turn.
 *
 * Beyond it: more wait in the kernel until others were served.
 */
export const MAX_TURN_CONNECTIONS = 16;

/**
 * Buffers in one system call.
 *
 * Beyond it: the others go with the next call.
 */
export const MAX_CALL_BUFFERS = 64;

/**
 * Path of a Unix socket with its NUL (`sun_path`).
 *
 * Beyond it: the daemon does not start.
 */
export const MAX_SOCKET_PATH_BYTES = 108;

/**
 * What one node or client may bring in one turn.
 *
 * Beyond it: the rest waits in the kernel for the next turn.
 */
export const MAX_SOCKET_TURN_BYTES = 64 * 1024;

/**
 * What the packets of one node or client may take of a turn: each message may be for many clients.
 *
 * Beyond it: it is read half as much of at a time, down to 4 KiB, with which a connection begins.
 */
export const MAX_SOCKET_TURN_MS = 2;

/**
 * All that waits for one client, replies with it (`wire.md` 2.4 bounds frames).
 *
 * Beyond it: the client is cut off.
 */
export const MAX_CLIENT_QUEUE_BYTES = 1024 * 1024 * 1024;

/**
 * Connections of nodes that the kernel holds until they are accepted.
 *
 * Beyond it: the kernel lets them try again.
 */
export const TCP_BACKLOG_CONNECTIONS = 128;

/**
 * Connections of clients that the kernel holds until they are accepted.
 *
 * Beyond it: a client waits in `connect`.
 */
export const UNIX_BACKLOG_CONNECTIONS = 1024;

/**
 * What waits for one peer: a hung peer must not eat memory.
 *
 * Beyond it: its link counts as dead, and is closed.
 */
export const MAX_PEER_QUEUE_BYTES = 512 * 1024 * 1024;

/**
 * A frame of the protocol, unless something smaller is enough.
 *
 * Beyond it: its sender loses the connection.
 */
export const MAX_FRAME_BYTES = 512 * 1024 * 1024;
