/**
 * The library: what another program imports to use a cluster, whichever daemon runs it.
 *
 * {@link DaemonConnection} connects to the local daemon's socket, asks any node for anything (a
 * control), and carries messages between programs on different nodes.
 *
 * @module
 */
export * from "./lib/client/mod.ts";
export { CtdbError } from "./lib/base/mod.ts";
export {
  BROADCAST_ACTIVE,
  BROADCAST_ALL,
  BROADCAST_CONNECTED,
  type ControlReply,
  type ControlRequest,
  CURRENT_NODE,
  type LiveControlName,
  NodeFlag,
  RecoveryMode,
  RunState,
  Srvid,
} from "./lib/wire/mod.ts";
