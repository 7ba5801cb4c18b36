import { ConfigError, installedPaths } from "../../lib/config/mod.ts";

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
  try {
    const { etcdir, datadir, eventdSocket } = installedPaths(env);
    return { etc: etcdir, data: datadir, socket: eventdSocket };
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
