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
