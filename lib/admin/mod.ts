/**
 * What administrators see of a node and its cluster, and what they may change: an HTTP API with a
 * dashboard, metrics, events and history. On the edge: it knows the node as one of its clients, and
 * from what the node tells when something happens.
 *
 * @module
 */
export { makePage } from "./page-files.ts";
export { Admin, type AdminOptions } from "./start-admin.ts";
