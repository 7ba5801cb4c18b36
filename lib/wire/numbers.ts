/** Fixed numbers of the protocol (wire.md 2 to 8). Each set of flags is an object of bits. */

/** TCP port of a node. */
export const CTDB_PORT = 4379;
/** The u32 at offset 4 of every frame. */
export const CTDB_MAGIC = 0x43544442;
/** The u32 at offset 8 of every frame. */
export const CTDB_VERSION = 1;

/** The generation before the first recovery and of an inactive node: "none that is valid". */
export const INVALID_GENERATION = 1;
/** A request id that no request has. */
export const INVALID_REQID = 0xffffffff;
/** Where the C daemon's tables of request and client ids start (2.8). */
export const FIRST_REQID = 0x7fffff38;

/** Pnn: unknown or none - no leader, an address that nobody hosts, a client that has not asked. */
export const UNKNOWN_PNN = 0xffffffff;
/** Destination: the local node; from clients only. */
export const CURRENT_NODE = 0xf0000001;
/** Destination: every node of the nodes list that is not deleted, disconnected ones included. */
export const BROADCAST_ALL = 0xf0000002;
/** Destination: nodes without any flag of {@link INACTIVE_FLAGS}, self included. */
export const BROADCAST_ACTIVE = 0xf0000003;
/** Destination: nodes neither deleted nor disconnected, self included. */
export const BROADCAST_CONNECTED = 0xf0000004;
/** Destination: reserved; nobody implements it. */
export const MULTICAST = 0xf0000005;

/** Whether a destination stands for a set of nodes. */
export function isBroadcast(destnode: number): boolean {
  return destnode >= BROADCAST_ALL && destnode <= BROADCAST_CONNECTED;
}

/** The kinds of packets (section 3). */
export const Operation = {
  REQ_CALL: 0,
  REPLY_CALL: 1,
  REQ_DMASTER: 2,
  REPLY_DMASTER: 3,
  REPLY_ERROR: 4,
  REQ_MESSAGE: 5,
  REQ_CONTROL: 7,
  REPLY_CONTROL: 8,
  REQ_KEEPALIVE: 9,
  REQ_TUNNEL: 10,
} as const;
/** A kind of packet by name. */
export type OperationName = keyof typeof Operation;

/** Node flags (4.2). */
export const NodeFlag = {
  DISCONNECTED: 0x01,
  UNHEALTHY: 0x02,
  PERMANENTLY_DISABLED: 0x04,
  BANNED: 0x08,
  DELETED: 0x10,
  STOPPED: 0x20,
} as const;
/** UNHEALTHY or PERMANENTLY_DISABLED: hosts no public addresses. */
export const DISABLED_FLAGS = 0x06;
/** DELETED, DISCONNECTED, BANNED or STOPPED: takes no part in the databases. */
export const INACTIVE_FLAGS = 0x39;

/** Capabilities (4.3). */
export const Capability = {
  RECMASTER: 0x0000_0001,
  LMASTER: 0x0000_0002,
  LVS: 0x0000_0004,
  NATGW: 0x0000_0008,
  PARALLEL_RECOVERY: 0x0001_0000,
  FRAGMENTED_CONTROLS: 0x0002_0000,
} as const;
/** What a node reports unless configured otherwise. */
export const DEFAULT_CAPABILITIES = 0x0003_0003;

/** Run states (4.4). */
export const RunState = {
  UNKNOWN: 0,
  INIT: 1,
  SETUP: 2,
  FIRST_RECOVERY: 3,
  STARTUP: 4,
  RUNNING: 5,
  SHUTDOWN: 6,
} as const;

/** Recovery modes (4.4). */
export const RecoveryMode = { NORMAL: 0, ACTIVE: 1 } as const;

/** What a call shall do (6.1). */
export const CallId = {
  NULL: 0xff000001,
  FETCH: 0xff000002,
  FETCH_WITH_HEADER: 0xff000003,
} as const;

/** Flags of a call (6.2). */
export const CallFlag = {
  IMMEDIATE_MIGRATION: 0x1,
  VACUUM_MIGRATION: 0x2,
  WANT_READONLY: 0x4,
} as const;

/** Flags of a record's header (7.1). */
export const RecordFlag = {
  DEFAULT: 0,
  /** Of smbd since 4.25: the record has a copy in a persistent database (next.md 3). */
  PERSISTENT: 0x0000_0001,
  /** Of smbd since 4.25: the record is just being stored, its writer stands in front of the value. */
  PERSISTENT_IN_PROGRESS: 0x0000_0002,
  MIGRATED_WITH_DATA: 0x0001_0000,
  VACUUM_MIGRATED: 0x0002_0000,
  AUTOMATIC: 0x0004_0000,
  RO_HAVE_DELEGATIONS: 0x0100_0000,
  RO_HAVE_READONLY: 0x0200_0000,
  RO_REVOKING_READONLY: 0x0400_0000,
  RO_REVOKE_COMPLETE: 0x0800_0000,
} as const;
/** All read-only flags of a record. */
export const RO_FLAGS = 0x0f00_0000;

/** Flags of a database (7.3). */
export const DbFlag = { PERSISTENT: 0x01, READONLY: 0x02, STICKY: 0x04, REPLICATED: 0x08 } as const;

/** Flags of a control (8.1). */
export const ControlFlag = {
  NOREPLY: 0x1,
  PUBLIC_IP_ONLY_AVAILABLE: 0x1_0000,
  ATTACH_RECOVERY: 0x2_0000,
} as const;

/** Flags of a tunnel packet (3.10). */
export const TunnelFlag = { REQUEST: 0x1, REPLY: 0x2, NOREPLY: 0x10 } as const;

/** What a keepalive says about the release: major * 65536 + minor (3.9). */
export const KeepaliveVersion = { V4_17: 0x0004_0011, V4_24: 0x0004_0018 } as const;

/** Events by the numbers that the daemon gives them (10.19). */
export const EventNumber = {
  init: 0,
  setup: 1,
  startup: 2,
  startrecovery: 3,
  recovered: 4,
  takeip: 5,
  releaseip: 6,
  stopped: 7,
  monitor: 8,
  status: 9,
  shutdown: 10,
  reload: 11,
  updateip: 12,
  ipreallocated: 13,
  startipreallocate: 14,
} as const;

/** The key of the record that counts the commits of a persistent database, NUL included (7.4). */
export const SEQNUM_KEY: Uint8Array = new TextEncoder().encode("__db_sequence_number__\0");
