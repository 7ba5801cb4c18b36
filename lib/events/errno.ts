/**
 * The Linux error numbers that event results are made of. A positive one is the reply to a request,
 * a negative one the stored result of a script (events.md A.4, wire.md 12).
 */
export const Errno = {
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  E2BIG: 7,
  ENOEXEC: 8,
  EACCES: 13,
  EBUSY: 16,
  EINVAL: 22,
  ENODATA: 61,
  EPROTO: 71,
  ETIMEDOUT: 110,
  ECANCELED: 125,
} as const;

/** What the event daemon of Samba 4.25 stores for a script that a run did not reach. */
const NOT_REACHED_425 = -42;

/** Whether a stored result says that the run ended in front of the script. */
export function wasNotReached(result: number): boolean {
  return result === -Errno.ENODATA || result === NOT_REACHED_425;
}
