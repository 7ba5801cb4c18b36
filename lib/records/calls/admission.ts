import { frameGeneration, frameOperation, NodeFlag, Operation } from "../../wire/mod.ts";
import type { RecordsHost } from "../host.ts";

/**
 * Whether a packet about records is looked at (`records.md` 6.5): not while this node is banned, and
 * not with another generation than the vnn map's. REPLY_ERROR always is.
 */
export function admits(host: RecordsHost, frame: Uint8Array): boolean {
  if (frameOperation(frame) === Operation.REPLY_ERROR) return true;
  if ((host.nodeFlags(host.pnn) & NodeFlag.BANNED) !== 0) return false;
  return frameGeneration(frame) === host.generation;
}
