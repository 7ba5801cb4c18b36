import { NodeFlag, Operation } from "../../wire/mod.ts";
import type { RecordsHost } from "../host.ts";

const OPERATION_OFFSET = 16;
const GENERATION_OFFSET = 12;

/**
 * Whether a packet about records is looked at (`records.md` 6.5): not while this node is banned, and
 * not with another generation than the vnn map's. REPLY_ERROR always is.
 */
export function admits(host: RecordsHost, frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(OPERATION_OFFSET, true) === Operation.REPLY_ERROR) return true;
  if ((host.nodeFlags(host.pnn) & NodeFlag.BANNED) !== 0) return false;
  return view.getUint32(GENERATION_OFFSET, true) === host.generation;
}
