/**
 * Parts of the admin API that are measured alone, without a daemon: `bench/` has no other way to them.
 *
 * @module
 */
export { toCbor } from "./http/respond.ts";
export { Tokens } from "./http/tokens.ts";
export { clusterDocument } from "./facts/cluster.ts";
export { pingNodes } from "./facts/pings.ts";
