import {
  disableMessage,
  electionMessage,
  flagChange,
  type SrvidMessage,
  srvidMessage,
} from "./cluster.ts";
import type { Codec, CodecValue } from "./codec.ts";
import { cstr, ignored, u32 } from "./primitives.ts";
import { publicIp } from "./public-ip.ts";
import { recordBuffer } from "./record.ts";

/** Reserved srvids (wire.md 5.2). RECOVERY is the first of a range. */
export const Srvid = {
  RECOVERY: 0xf001_0000_0000_0000n,
  BANNING: 0xf002_0000_0000_0000n,
  ELECTION: 0xf100_0000_0000_0000n,
  LEADER: 0xf101_0000_0000_0000n,
  RECONFIGURE: 0xf200_0000_0000_0000n,
  RELEASE_IP: 0xf300_0000_0000_0000n,
  TAKE_IP: 0xf301_0000_0000_0000n,
  IPREALLOCATED: 0xf302_0000_0000_0000n,
  START_IPREALLOCATE: 0xf303_0000_0000_0000n,
  SET_NODE_FLAGS: 0xf400_0000_0000_0000n,
  RECD_UPDATE_IP: 0xf500_0000_0000_0000n,
  VACUUM_FETCH: 0xf700_0000_0000_0000n,
  DETACH_DATABASE: 0xf701_0000_0000_0000n,
  MEM_DUMP: 0xf800_0000_0000_0000n,
  GETLOG: 0xf801_0000_0000_0000n,
  CLEARLOG: 0xf802_0000_0000_0000n,
  PUSH_NODE_FLAGS: 0xf900_0000_0000_0000n,
  RELOAD_NODES: 0xfa00_0000_0000_0000n,
  TAKEOVER_RUN: 0xfb00_0000_0000_0000n,
  REBALANCE_NODE: 0xfb01_0000_0000_0000n,
  DISABLE_TAKEOVER_RUNS: 0xfb03_0000_0000_0000n,
  DISABLE_RECOVERIES: 0xfb04_0000_0000_0000n,
  DISABLE_IP_CHECK: 0xfc00_0000_0000_0000n,
} as const;

/** The name of a message that CTDB itself sends. */
export type MessageName = keyof typeof Srvid;

/** A registration of this srvid receives every message. */
export const SRVID_ALL = 0xffff_ffff_ffff_ffffn;
/** Samba's notifications; also what its processes register for their own end. */
export const SRVID_SAMBA_NOTIFY = 0xfe00_0000_0000_0000n;
/** Samba's notify proxy. */
export const SRVID_SAMBA_NOTIFY_PROXY = 0xfe00_0000_0000_0001n;
/** Every Samba process registers this one. */
export const SRVID_SAMBA_PROCESSES = 0xfe00_0000_0000_0002n;
/** The tool sends restored records here. */
export const SRVID_TOOL_RESTORE = 0xce02_0000_0000_0000n;
/** First of the range that tests may use. */
export const SRVID_TEST = 0xae00_0000_0000_0000n;

/** What each message of CTDB itself carries; srvids that are not here carry an opaque blob. */
export const messages = {
  RECOVERY: recordBuffer,
  BANNING: u32,
  ELECTION: electionMessage,
  LEADER: u32,
  RECONFIGURE: ignored,
  RELEASE_IP: cstr,
  TAKE_IP: cstr,
  IPREALLOCATED: ignored,
  START_IPREALLOCATE: ignored,
  SET_NODE_FLAGS: flagChange,
  RECD_UPDATE_IP: publicIp,
  VACUUM_FETCH: recordBuffer,
  DETACH_DATABASE: u32,
  MEM_DUMP: srvidMessage,
  GETLOG: ignored,
  CLEARLOG: ignored,
  PUSH_NODE_FLAGS: flagChange,
  RELOAD_NODES: ignored,
  TAKEOVER_RUN: srvidMessage,
  REBALANCE_NODE: u32,
  DISABLE_TAKEOVER_RUNS: disableMessage,
  DISABLE_RECOVERIES: disableMessage,
  DISABLE_IP_CHECK: u32,
} as const satisfies Record<MessageName, Codec<unknown>>;

/** What a message carries, decoded. */
export type MessagePayload<N extends MessageName> = CodecValue<(typeof messages)[N]>;

const names = new Map<bigint, MessageName>(
  (Object.keys(Srvid) as MessageName[]).map((name) => [Srvid[name], name]),
);

/** Which message of CTDB itself a srvid is; undefined for all others. */
export function messageBySrvid(srvid: bigint): MessageName | undefined {
  return srvid >> 48n === Srvid.RECOVERY >> 48n ? "RECOVERY" : names.get(srvid);
}

/** Whether an answer to a request in a message is wanted. */
export function wantsAnswer(request: Pick<SrvidMessage, "srvid">): boolean {
  return request.srvid !== 0n;
}

/** A srvid for answers to a process of the tool, as C tools choose theirs (5.1). `n` from 1. */
export function toolSrvid(pid: number, n: number): bigint {
  return 0xce01_0000_0000_0000n + BigInt((pid & 0xffff) * 0x1_0000 + n);
}

/** A srvid for the traversals of a client process (5.1). */
export function clientSrvid(pid: number): bigint {
  return 0xbe00_0000_0000_0000n + BigInt(pid);
}

/** A srvid for answers to a daemon itself (5.1). `n` is small. */
export function daemonSrvid(pnn: number, n: number): bigint {
  return 0x9e00_0000_0000_0000n + (BigInt(pnn & 0xff_ffff) << 32n) + BigInt(n);
}

/**
 * Our own: a node tells the leader that it is in recovery, which the leader would see within
 * RecoverInterval. A C node has no registration for it and drops it. It is in the range of answers to
 * daemons, at a node that there cannot be.
 */
export const SRVID_RECOVERY_NEEDED: bigint = daemonSrvid(0xff_ffff, 1);

/** Our own, too: both ends of a link compare how much has gone over it (`lib/daemon/link-counts.ts`). */
export const SRVID_LINK_COUNT: bigint = daemonSrvid(0xff_ffff, 3);
