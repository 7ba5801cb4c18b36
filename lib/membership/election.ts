import { type ElectionMessage, INACTIVE_FLAGS } from "../wire/mod.ts";

/** Who this node is in an election. */
export interface Candidate {
  readonly canBeLeader: boolean;
  readonly pnn: number;
  /** Wall time in microseconds when the candidate became eligible; older is stronger. */
  readonly priorityTime_us: bigint;
}

/**
 * Whether this node beats the sender of an election message (`wire.md` 10.21). The number of
 * connected nodes is sent and never compared.
 */
export function winsAgainst(me: Candidate, message: ElectionMessage): boolean {
  if (!me.canBeLeader) return false;
  if ((message.nodeFlags & INACTIVE_FLAGS) !== 0) return true;
  const theirs_us = message.priorityTime;
  if (me.priorityTime_us !== theirs_us) return me.priorityTime_us < theirs_us;
  return me.pnn > message.pnn;
}
