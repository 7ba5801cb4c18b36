/**
 * Framed packets over TCP between nodes and over a Unix socket to local clients (`wire.md` 2,
 * `cluster.md` 4), on the core's own loop or on Deno's. The simulation implements the interfaces in
 * `types.ts` on virtual time.
 * @module
 */
export * from "./client-socket.ts";
export * from "./errors.ts";
export { dropSpareFrame } from "./frame-reader.ts";
export * from "./mesh.ts";
export * from "./native-streams.ts";
export * from "./streams.ts";
export * from "./types.ts";
