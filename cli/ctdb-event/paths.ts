/** The places that `ctdb-event` works on. */
export interface EventPaths {
  /** The configuration directory. */
  readonly etc: string;
  /** The directory of the installed scripts. */
  readonly data: string;
  /** The event socket. */
  readonly socket: string;
}

/** All places by the rules of `ctdb-path` (cli.md 12), or `undefined` if the setup is broken. */
export function eventPaths(env: Readonly<Record<string, string>>): EventPaths | undefined {
  if (env["CTDB_TEST_MODE"] === undefined) {
    return { etc: "/etc/ctdb", data: "/usr/share/ctdb", socket: "/run/ctdb/eventd.socket" };
  }
  const base = env["CTDB_BASE"];
  if (base === undefined) return undefined;
  return { etc: base, data: `${base}/share`, socket: `${base}/run/eventd.socket` };
}
