import { at, type Codec, struct } from "./codec.ts";
import { blobn, i32, u32, u64 } from "./primitives.ts";

/** A process and one of the srvids it registered (10.20). */
export interface PidSrvid {
  readonly pid: number;
  readonly srvid: bigint;
}

/** Pid and srvid, 12 bytes with no pad. */
export const pidSrvid: Codec<PidSrvid> = struct<PidSrvid>(
  { pid: at(0, i32), srvid: at(4, u64) },
  12,
);

/** A message to send for a client when it has gone (10.15). */
export interface NotifyData {
  readonly srvid: bigint;
  readonly data: Uint8Array;
}

/** Notify data: `u64 srvid`, `blobn` at 8. */
export const notifyData: Codec<NotifyData> = struct<NotifyData>({
  srvid: at(0, u64),
  data: at(8, blobn),
});

/** Bytes to be sent back (10.15). */
export interface EchoData {
  /** Not honoured by the C daemon. */
  readonly timeout_s: number;
  readonly data: Uint8Array;
}

/** Echo data: `u32 timeout`, `blobn` at 4. */
export const echoData: Codec<EchoData> = struct<EchoData>({
  timeout_s: at(0, u32),
  data: at(4, blobn),
});
