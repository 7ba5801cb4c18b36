/**
 * Who is in the cluster and who leads it: node map and flags, signs of life, elections, the cluster
 * lock, ban credits (`cluster.md` 4.9, 5, 6, 8.2).
 * @module
 */
export * from "./ban-credits.ts";
export * from "./cluster-lock.ts";
export * from "./election.ts";
export * from "./keepalive.ts";
export * from "./leadership.ts";
export * from "./local-node.ts";
export * from "./node-map.ts";
export * from "./runstate-watch.ts";
