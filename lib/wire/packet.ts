import type { Operation } from "./numbers.ts";

/** The common header without what the encoder fills in: length, magic, version (wire.md 2.5). */
export interface PacketHeader {
  /** Checked by receivers only for the operations about records (2.6). */
  readonly generation: number;
  readonly destnode: number;
  /** Never to be trusted from a client, nor to be used by one (2.7). */
  readonly srcnode: number;
  readonly reqid: number;
}

/** Asks for a record, or for becoming its dmaster (3.1). */
export interface ReqCall extends PacketHeader {
  readonly operation: typeof Operation.REQ_CALL;
  /** Bits of `CallFlag`. */
  readonly flags: number;
  readonly dbId: number;
  /** One of `CallId`. */
  readonly callid: number;
  /** Redirects so far. */
  readonly hopcount: number;
  readonly key: Uint8Array;
  readonly calldata: Uint8Array;
}

/** The record, to a client; between nodes only for read-only copies (3.2). */
export interface ReplyCall extends PacketHeader {
  readonly operation: typeof Operation.REPLY_CALL;
  readonly status: number;
  readonly data: Uint8Array;
}

/** The dmaster gives a record away, by way of the lmaster (3.3). */
export interface ReqDmaster extends PacketHeader {
  readonly operation: typeof Operation.REQ_DMASTER;
  readonly dbId: number;
  readonly rsn: bigint;
  /** Pnn that shall become dmaster. */
  readonly dmaster: number;
  readonly key: Uint8Array;
  /** Without record header. */
  readonly data: Uint8Array;
  /** Bits of `RecordFlag`; 0 when an old sender left them out. */
  readonly recordFlags: number;
}

/** The lmaster makes the receiver dmaster (3.4). */
export interface ReplyDmaster extends PacketHeader {
  readonly operation: typeof Operation.REPLY_DMASTER;
  readonly dbId: number;
  readonly rsn: bigint;
  readonly key: Uint8Array;
  /** Without record header. */
  readonly data: Uint8Array;
  /** Bits of `RecordFlag`; 0 when an old sender left them out. */
  readonly recordFlags: number;
}

/** A call failed on another node (3.5). */
export interface ReplyError extends PacketHeader {
  readonly operation: typeof Operation.REPLY_ERROR;
  readonly status: number;
  readonly message: string;
}

/** Bytes to whoever registered a srvid (3.6). */
export interface ReqMessage extends PacketHeader {
  readonly operation: typeof Operation.REQ_MESSAGE;
  readonly srvid: bigint;
  readonly data: Uint8Array;
}

/** A control; what `data` and `srvid` mean stands in the table `controls` (3.7). */
export interface ReqControl extends PacketHeader {
  readonly operation: typeof Operation.REQ_CONTROL;
  readonly opcode: number;
  readonly srvid: bigint;
  /** 0 from clients; from a daemon: for this client of its own. */
  readonly clientId: number;
  /** Bits of `ControlFlag`. */
  readonly flags: number;
  readonly data: Uint8Array;
}

/** The answer to a control; to which one, only the reqid tells (3.8). */
export interface ReplyControl extends PacketHeader {
  readonly operation: typeof Operation.REPLY_CONTROL;
  readonly status: number;
  /** Empty unless `status` is 0. */
  readonly data: Uint8Array;
  /** Empty: none. */
  readonly error: string;
}

/** A sign of life (3.9). */
export interface ReqKeepalive extends PacketHeader {
  readonly operation: typeof Operation.REQ_KEEPALIVE;
  /** The sender's release, as in `KeepaliveVersion`. */
  readonly version: number;
  readonly uptime_s: number;
}

/** Bytes to the one client that registered a tunnel (3.10). */
export interface ReqTunnel extends PacketHeader {
  readonly operation: typeof Operation.REQ_TUNNEL;
  readonly tunnelId: bigint;
  /** Bits of `TunnelFlag`. */
  readonly flags: number;
  readonly data: Uint8Array;
}

/** Any packet; `operation` tells which. Byte fields of a decoded one are views of its frame. */
export type Packet =
  | ReqCall
  | ReplyCall
  | ReqDmaster
  | ReplyDmaster
  | ReplyError
  | ReqMessage
  | ReqControl
  | ReplyControl
  | ReqKeepalive
  | ReqTunnel;
