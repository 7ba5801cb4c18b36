/** The one character that a lock helper writes (`cluster.md` 6.6). */
export const HelperStatus = {
  /** The lock is ours, until our output ends. */
  taken: "0",
  /** Somebody else has it. */
  contended: "1",
  timedOut: "2",
  failed: "3",
} as const;
