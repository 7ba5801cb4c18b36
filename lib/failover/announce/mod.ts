/**
 * The edge of failover: what goes out on raw sockets, and what the kernel has on its interfaces.
 *
 * @module
 */
export { RawAnnouncer } from "./announcer.ts";
export { ConnectionTextError, parseConnectionLines, parseEndpoint } from "./connection-lines.ts";
export { InterfaceError, RawSocketError } from "./errors.ts";
export { LinkWatch } from "./link-watch.ts";
export { interfaceName } from "./link-names.ts";
export { localAddresses } from "./local-addresses.ts";
export { type ConnectionPair, formatPair, resetConnections } from "./reset-connections.ts";
