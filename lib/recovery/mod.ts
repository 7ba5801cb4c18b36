/**
 * The leader's work: watching the cluster, making its databases whole (`cluster.md` 7) and serving
 * takeover-run requests (9).
 * @module
 */
export * from "./operation-gate.ts";
export * from "./recover-cluster.ts";
export * from "./recovery-daemon.ts";
export * from "./recovery-run.ts";
