import { type ServerId } from "../wire/mod.ts";
import { type Lease, LeaseState } from "./lease.ts";
import { OpLock, type ShareModeEntry } from "./share-mode-entry.ts";

const DENY_MODES = ["DENY_ALL", "DENY_WRITE", "DENY_READ", "DENY_NONE"] as const;

/** What an open keeps others from, as `smbstatus` says it (`openfiles.md` 6). */
export function denyMode({ shareAccess }: ShareModeEntry): string {
  return DENY_MODES[shareAccess & 3]!;
}

/** `RDONLY`, `WRONLY` or `RDWR`. */
export function readWrite({ accessMask }: ShareModeEntry): string {
  if ((accessMask & 2) === 0) return "RDONLY";
  return (accessMask & 1) === 0 ? "WRONLY" : "RDWR";
}

/**
 * The oplock in a word.
 *
 * @param lease of the entry, when it has one and the lease is known
 */
export function opLockText({ opType }: ShareModeEntry, lease: Lease | undefined): string {
  switch (opType) {
    case OpLock.NONE:
      return "NONE";
    case OpLock.EXCLUSIVE:
      return "EXCLUSIVE";
    case OpLock.BATCH_ONLY:
    case OpLock.BATCH:
      return "BATCH";
    case OpLock.LEVEL_II:
      return "LEVEL_II";
    default:
      return lease === undefined ? "LEASE STATE UNKNOWN" : `LEASE(${leaseLetters(lease.state)})`;
  }
}

/** `RWH`, those that are granted. */
export function leaseLetters(state: number): string {
  const letter = (bit: number, name: string) => (state & bit) === 0 ? "" : name;
  return letter(LeaseState.READ, "R") + letter(LeaseState.WRITE, "W") +
    letter(LeaseState.HANDLE, "H");
}

const ACCESS_WORDS: readonly (readonly [bit: number, word: string])[] = [
  [0x1, "read"],
  [0x2, "write"],
  [0x4, "append"],
  [0x8, "read_ea"],
  [0x10, "write_ea"],
  [0x20, "execute"],
  [0x40, "delete_child"],
  [0x80, "read_attributes"],
  [0x100, "write_attributes"],
  [0x1_0000, "delete"],
  [0x2_0000, "read_control"],
  [0x4_0000, "write_dac"],
  [0x8_0000, "write_owner"],
  [0x10_0000, "synchronize"],
];

/** The bits of an access mask in words; bits without a name stay as one number. */
export function accessWords(mask: number): string[] {
  const words = ACCESS_WORDS.filter(([bit]) => (mask & bit) !== 0).map(([, word]) => word);
  const named = ACCESS_WORDS.reduce((all, [bit]) => all | bit, 0);
  const rest = (mask & ~named) >>> 0;
  return rest === 0 ? words : [...words, `0x${rest.toString(16)}`];
}

/** What others may do with the file meanwhile, in words. */
export function shareWords(shareAccess: number): string[] {
  return ["read", "write", "delete"].filter((_, i) => (shareAccess & (1 << i)) !== 0);
}

/** Whether two server ids are one process. */
export function sameServer(a: ServerId, b: ServerId): boolean {
  return a.pid === b.pid && a.vnn === b.vnn && a.taskId === b.taskId && a.uniqueId === b.uniqueId;
}
