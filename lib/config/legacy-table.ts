/** An option of `ctdb.conf` that has the meaning of an old variable. */
export interface LegacyOption {
  readonly section: string;
  readonly name: string;
  /** The value to write; undefined: the old value says nothing or is not supported any more. */
  convert(value: string): string | undefined;
}

const same = (value: string) => (value === "" ? undefined : value);
const flag = (value: string) =>
  /^yes$/i.test(value) ? "true" : /^no$/i.test(value) ? "false" : undefined;
const inverted = (value: string) => {
  const on = flag(value);
  return on === undefined ? undefined : on === "true" ? "false" : "true";
};
const directory = (value: string) => value.startsWith("/") ? value : undefined;

function option(
  section: string,
  name: string,
  convert: LegacyOption["convert"] = same,
): LegacyOption {
  return { section, name, convert };
}

/** Old variables that are options of `ctdb.conf` today (`cluster.md` 2.3). */
export const legacyOptions: ReadonlyMap<string, LegacyOption> = new Map(Object.entries({
  CTDB_RECOVERY_LOCK: option("cluster", "cluster lock"),
  CTDB_NODES: option("cluster", "nodes list"),
  CTDB_NODE_ADDRESS: option("cluster", "node address"),
  CTDB_TRANSPORT: option("cluster", "transport"),
  CTDB_CAPABILITY_RECMASTER: option("cluster", "leader capability", flag),
  CTDB_CAPABILITY_LMASTER: option("legacy", "lmaster capability", flag),
  CTDB_DBDIR: option("database", "volatile database directory", directory),
  CTDB_DBDIR_PERSISTENT: option("database", "persistent database directory", directory),
  CTDB_DBDIR_STATE: option("database", "state database directory", directory),
  CTDB_DEBUG_LOCKS: option("database", "lock debug script"),
  CTDB_DEBUG_HUNG_SCRIPT: option("event", "debug script"),
  CTDB_DEBUGLEVEL: option("logging", "log level"),
  CTDB_LOGGING: option("logging", "location"),
  CTDB_SCRIPT_LOG_LEVEL: option("legacy", "script log level"),
  CTDB_NOSETSCHED: option("legacy", "realtime scheduling", inverted),
  CTDB_START_AS_DISABLED: option("legacy", "start as disabled", flag),
  CTDB_START_AS_STOPPED: option("legacy", "start as stopped", flag),
  CTDB_SET_TDBMutexEnabled: option("database", "tdb mutexes", (v) => v === "0" ? "false" : "true"),
  CTDB_SET_DisableIPFailover: option("failover", "disabled", (v) => v === "0" ? "false" : "true"),
}));

/** The event script of each service that `CTDB_MANAGES_x` and `CTDB_MANAGED_SERVICES` name. */
export const legacyServices: ReadonlyMap<string, string> = new Map([
  ["samba", "50.samba"],
  ["winbind", "49.winbind"],
  ["httpd", "41.httpd"],
  ["clamd", "31.clamd"],
  ["iscsi", "70.iscsi"],
  ["nfs", "60.nfs"],
  ["vsftpd", "40.vsftpd"],
]);

/** Old variables that the service manager's limits replace, and how to write them there. */
export const legacyLimits: ReadonlyMap<string, string> = new Map([
  ["CTDB_MAX_OPEN_FILES", "LimitNOFILE="],
  ["CTDB_SUPPRESS_COREFILE", "LimitCORE="],
]);

/** Old variables without a replacement. */
export const legacyRemoved: ReadonlySet<string> = new Set([
  "CTDB_BASE",
  "CTDB_PIDFILE",
  "CTDB_SOCKET",
  "CTDB_EVENT_SCRIPT_DIR",
  "CTDB_NOTIFY_SCRIPT",
  "CTDB_PUBLIC_INTERFACE",
  "CTDB_MAX_PERSISTENT_CHECK_ERRORS",
  "CTDB_SHUTDOWN_TIMEOUT",
  "CTDB_MONITOR_SWAP_USAGE",
]);
