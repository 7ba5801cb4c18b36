import type { AdminDoor } from "../facts.ts";
import { type Finding, finding } from "../finding.ts";

/** Addresses of `[admin] listen` where nobody listens: who scrapes or looks there sees nothing. */
export function shutDoors(doors: readonly AdminDoor[]): Finding[] {
  return doors.flatMap(({ at, failure }) =>
    failure === null ? [] : [finding(
      "error",
      `The admin API does not listen at ${at}`,
      [failure],
      "See to what the reason names (`[admin]` in ctdb.conf: listen, certificate, key, client ca), " +
        "then restart the daemon; the Unix socket works meanwhile.",
    )]
  );
}

/** A history that is not kept: nobody can look up what happened before the daemon's last start. */
export function lostHistory(reason: string | undefined): Finding[] {
  return reason === undefined ? [] : [finding(
    "warning",
    "This node keeps no history of what happens",
    [reason],
    "Give the disk room, or see to what the reason names; the daemon tries again every minute. " +
      "The cluster itself is not affected.",
  )];
}
