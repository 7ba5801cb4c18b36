/**
 * Framed packets over TCP between nodes and over a Unix socket to local clients (`wire.md` 2,
 * `cluster.md` 4). The interfaces here are what the simulation implements on virtual time.
 * @module
 */
export * from "./errors.ts";
export * from "./tcp-mesh.ts";
export * from "./types.ts";
export * from "./unix-listener.ts";
