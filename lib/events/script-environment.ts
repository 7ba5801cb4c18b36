/** What scripts find in their environment besides what the daemon was started with. */
export interface ScriptEnvironment {
  /** The configuration directory: CTDB_BASE, unless that is set already. */
  readonly base: string;
  /** The configured log location, such as `file:PATH`: CTDB_LOGGING. */
  readonly logging: string;
  /** The name of the log level: CTDB_DEBUGLEVEL. */
  readonly debugLevel: string;
  /** Started with `-i`: CTDB_INTERACTIVE. */
  readonly interactive?: boolean;
}

/**
 * The whole environment of event and notification scripts (events.md A.3): `inherited` is the
 * daemon's own.
 */
export function scriptEnvironment(
  inherited: Readonly<Record<string, string>>,
  { base, logging, debugLevel, interactive = false }: ScriptEnvironment,
): Record<string, string> {
  return {
    CTDB_BASE: base,
    ...inherited,
    CTDB_LOGGING: logging,
    CTDB_DEBUGLEVEL: debugLevel,
    ...(interactive ? { CTDB_INTERACTIVE: "true" } : {}),
  };
}
