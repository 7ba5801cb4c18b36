/**
 * Public addresses.
 *
 * @module
 */

/**
 * Connections that are asked for their sequence numbers in one round.
 *
 * Beyond it: the others are asked in the next.
 */
export const RESET_BATCH_CONNECTIONS = 300;

/**
 * Requests that wait for one release; a leader has one at a time under way.
 *
 * Beyond it: the request fails.
 */
export const MAX_RELEASE_REQUESTS = 16;

/**
 * A reload of the public addresses.
 *
 * Beyond it: it fails, and the log says so.
 */
export const ADDRESS_RELOAD_LIMIT_MS = 120_000;

/**
 * Name of an interface, without the NUL.
 *
 * Beyond it: there is no such interface.
 */
export const MAX_INTERFACE_NAME_BYTES = 15;

/**
 * SEND_GRATUITOUS_ARP jobs under way at a time.
 *
 * Beyond it: the request is refused.
 */
export const MAX_ANNOUNCEMENT_REQUESTS = 1000;

/**
 * Connections that one local client can register.
 *
 * Beyond it: the request is refused.
 */
export const MAX_CLIENT_TCP_CONNECTIONS = 100_000;

/**
 * Connections that one public address can have on this node.
 *
 * Beyond it: more are not remembered, and not tickled.
 */
export const MAX_ADDRESS_TCP_CONNECTIONS = 100_000;
