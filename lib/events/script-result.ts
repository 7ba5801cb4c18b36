import { Errno } from "../base/mod.ts";

/** How a script's process ended, or why there was none. */
export type ScriptEnd =
  | { readonly how: "exit"; readonly code: number }
  | { readonly how: "signal"; readonly signal: number }
  /** It could not be started; `errno` is what the system said. */
  | { readonly how: "error"; readonly errno: number };

/**
 * The stored result of one script (events.md A.4): 0 success, positive an exit code, negative an
 * error number.
 *
 * Exit codes 64 to 254 are read as error numbers, because the C daemon's child reports a failed
 * exec that way; scripts that use them get what they always got.
 */
export function scriptResultOf(end: ScriptEnd): number {
  switch (end.how) {
    case "signal":
      return -Errno.EINTR;
    case "error":
      return errorResult(end.errno);
    case "exit":
      return end.code < 64 || end.code === 255 ? end.code : errorResult(end.code - 64);
  }
}

/** A file that vanished or may not be executed counts as a script that is disabled. */
function errorResult(errno: number): number {
  if (errno === 0) return 0;
  const disabled = errno === Errno.ENOENT || errno === Errno.EACCES;
  return disabled ? -Errno.ENOEXEC : -errno;
}

/** Whether the event goes on after a script with this result: it was well, or it is disabled. */
export function isGoodResult(result: number): boolean {
  return result === 0 || result === -Errno.ENOEXEC;
}

/** The reply to RUN for the summary of an event: which of the failures a caller can tell apart. */
export function replyOfSummary(summary: number): number {
  switch (summary) {
    case 0:
      return 0;
    case -Errno.ETIMEDOUT:
      return Errno.ETIMEDOUT;
    case -Errno.ECANCELED:
      return Errno.ECANCELED;
    default:
      return Errno.ENOEXEC;
  }
}
