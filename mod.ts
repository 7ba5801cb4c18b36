/**
 * CTDB clusters for TypeScript programs: the state of the cluster, its databases, its locks, its
 * messages. The program runs on a node and talks to the daemon there, ours or the C one.
 *
 * It needs the permissions `--allow-read` and `--allow-write` for the daemon's socket
 * (`/run/ctdb/ctdbd.socket`) and, for databases and locks, `--allow-ffi` (libtdb) and the same two for
 * the daemon's database directories. The socket belongs to root. `docs/library.md` has whole programs.
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
  type AttachStep,
  type CallOptions,
  Cluster,
  type ClusterEvent,
  type ClusterNode,
  connect,
  ConnectionError,
  type ConnectOptions,
  type ConnectToClusterOptions,
  ControlError,
  type ControlOptions,
  Database,
  DatabaseError,
  type DatabaseKind,
  type DatabaseRecord,
  type FetchOptions,
  GlobalLock,
  type GLockKind,
  type HostedAddress,
  LockedRecord,
  type LockOptions,
  type LostState,
  type OpenDatabaseOptions,
  ReplicatedDatabase,
  RequestTimeoutError,
  Subscription,
  type TickleConnection,
  type TickleEnd,
  type Transaction,
  type TransactionOptions,
  type TraverseOptions,
  VolatileDatabase,
} from "./lib/client/mod.ts";
export { CtdbError } from "./lib/base/mod.ts";
export {
  type ControlName,
  type ControlReply,
  type ControlRequest,
  type LiveControlName,
  type MessageName,
  type RecordHeader,
  Srvid,
} from "./lib/wire/mod.ts";
