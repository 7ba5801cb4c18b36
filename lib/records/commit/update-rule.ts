import { sameBytes } from "../../base/mod.ts";
import type { FetchedRecord } from "../header.ts";

/**
 * Whether UPDATE_RECORD may put `next` over `old` (`records.md` 11.5): its RSN must be higher, or its
 * data the same, so that a commit that is repeated does no harm.
 */
export function mayUpdate(old: FetchedRecord | undefined, next: FetchedRecord): boolean {
  if (next.header.rsn > (old?.header.rsn ?? 0n)) return true;
  return old === undefined ? next.data.length === 0 : sameBytes(old.data, next.data);
}
