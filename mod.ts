/**
 * CTDB clusters for TypeScript programs: the state of the cluster, its databases, its messages. The
 * program runs on a node and talks to the daemon there, ours or the C one.
 *
 * @example
 * ```ts
 * import { connect } from "ctdb-deno";
 *
 * await using cluster = await connect();
 * console.log(`node ${cluster.pnn}`);
 * for (const { pnn, address, state } of await cluster.nodes()) console.log(pnn, address, state);
 * ```
 *
 * @module
 */
export {
  AttachError,
  type AttachOptions,
  Cluster,
  type ClusterNode,
  connect,
  ConnectionError,
  type ConnectToClusterOptions,
  ControlError,
  type ControlOptions,
  Database,
  DatabaseError,
  type DatabaseKind,
  type DatabaseRecord,
  type FetchOptions,
  type GLockKind,
  LockedRecord,
  RequestTimeoutError,
  type Transaction,
  type TransactionOptions,
  type TraverseOptions,
} from "./lib/client/mod.ts";
export { CtdbError } from "./lib/base/mod.ts";
export type { RecordHeader } from "./lib/wire/mod.ts";
