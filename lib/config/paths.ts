import { ConfigError } from "./errors.ts";
import { type InstallDirs, legacyConfigFiles, SOCKET_DIRS } from "./install-dirs.ts";

/** Environment variables, as `Deno.env.toObject()` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Helper programs that the environment can replace, and the variable for each (1.2). */
export const helperVariables = {
  eventd: "CTDB_EVENTD",
  recoveryHelper: "CTDB_RECOVERY_HELPER",
  takeoverHelper: "CTDB_TAKEOVER_HELPER",
  lockHelper: "CTDB_LOCK_HELPER",
  clusterMutexHelper: "CTDB_CLUSTER_MUTEX_HELPER",
  eventHelper: "CTDB_EVENT_HELPER",
  natgwHelper: "CTDB_NATGW_HELPER",
  lvsHelper: "CTDB_LVS_HELPER",
} as const;

/** A helper program that can be replaced. */
export type HelperName = keyof typeof helperVariables;

const helperPrograms: Readonly<Record<HelperName, string>> = {
  eventd: "ctdb-eventd",
  recoveryHelper: "ctdb_recovery_helper",
  takeoverHelper: "ctdb_takeover_helper",
  lockHelper: "ctdb_lock_helper",
  clusterMutexHelper: "ctdb_mutex_fcntl_helper",
  eventHelper: "ctdb-event",
  natgwHelper: "ctdb_natgw",
  lvsHelper: "ctdb_lvs",
};

/** Where everything is. A function of the environment and the build: see {@link resolvePaths}. */
export interface Paths extends InstallDirs {
  /** `CTDB_TEST_MODE` is set, to anything. */
  readonly testMode: boolean;
  /** What `CTDB_BASE` is to be in the environment of children: as it was given, else etcdir. */
  readonly base: string;
  /** The built-in one, in test mode too. */
  readonly logdir: string;
  readonly config: string;
  readonly nodes: string;
  readonly publicAddresses: string;
  readonly homeNodes: string;
  readonly tunables: string;
  /** Holds `*.tunables`, read after `tunables` in collation order. */
  readonly tunablesDir: string;
  readonly scriptOptions: string;
  readonly notifyScript: string;
  /** Holds the components of the event daemon. */
  readonly eventsDir: string;
  readonly legacyScripts: string;
  /** The stock event scripts, which `ctdb event script enable` links to. */
  readonly stockLegacyScripts: string;
  /** Client socket of the daemon; in test mode `CTDB_SOCKET` replaces it. */
  readonly ctdbdSocket: string;
  /**
   * Where other builds have the socket: Samba 4.25 below its own run directory (next.md 12). Tools look
   * there too, and the daemon leads those there to its own.
   */
  readonly otherCtdbdSockets: readonly string[];
  readonly eventdSocket: string;
  readonly ctdbdPid: string;
  /** Defaults of `[database]`. The built-in vardir, in test mode too. */
  readonly volatileDirectory: string;
  readonly persistentDirectory: string;
  readonly stateDirectory: string;
  /** Default of `[logging] location`. */
  readonly logLocation: string;
  /** Old sysconfig files; the first that exists counts. None in test mode. */
  readonly legacyFiles: readonly string[];
  /** Host name to show in the log: in test mode the last part of `CTDB_BASE`, else undefined. */
  readonly logHost: string | undefined;
  /** `ctdb-path socket DAEMON`. */
  socketOf(daemon: string): string;
  /** `ctdb-path pidfile DAEMON`. */
  pidfileOf(daemon: string): string;
  /** The program to run, which the environment may have replaced. Not checked to exist. */
  helper(name: HelperName): string;
}

/**
 * All paths (`cluster.md` 1.2, `cli.md` 12). In test mode everything that belongs to a node is under
 * `CTDB_BASE`; otherwise `CTDB_BASE` and `CTDB_SOCKET` are not looked at.
 *
 * Throws {@link ConfigError} in test mode without `CTDB_BASE`; its message is the one the C tools
 * print before they abort.
 */
export function resolvePaths(env: Environment, dirs: InstallDirs): Paths {
  const testMode = env.CTDB_TEST_MODE !== undefined;
  const { etcdir, vardir, datadir, ...run } = testMode ? testDirs(env.CTDB_BASE) : runDirsOf(dirs);
  const helperdir = (testMode ? env.CTDB_TEST_HELPER_BINDIR : undefined) ?? dirs.helperdir;
  const socketOf = (daemon: string) =>
    testMode && daemon === "ctdbd" && env.CTDB_SOCKET !== undefined
      ? env.CTDB_SOCKET
      : `${run.socketdir}/${daemon}.socket`;
  const pidfileOf = (daemon: string) => `${run.piddir}/${daemon}.pid`;
  return {
    testMode,
    base: env.CTDB_BASE ?? etcdir,
    etcdir,
    ...run,
    vardir,
    datadir,
    logdir: dirs.logdir,
    helperdir,
    ...etcFiles(etcdir),
    stockLegacyScripts: `${datadir}/events/legacy`,
    ctdbdSocket: socketOf("ctdbd"),
    otherCtdbdSockets: otherSockets(run.socketdir),
    eventdSocket: socketOf("eventd"),
    ctdbdPid: pidfileOf("ctdbd"),
    volatileDirectory: `${dirs.vardir}/volatile`,
    persistentDirectory: `${dirs.vardir}/persistent`,
    stateDirectory: `${dirs.vardir}/state`,
    logLocation: `file:${dirs.logdir}/log.ctdb`,
    legacyFiles: testMode ? [] : legacyConfigFiles,
    logHost: testMode ? lastPart(env.CTDB_BASE ?? "") : undefined,
    socketOf,
    pidfileOf,
    helper: (name) => env[helperVariables[name]] ?? `${helperdir}/${helperPrograms[name]}`,
  };
}

/** None for a daemon in a place of its own: it is not the one that others mean. */
function otherSockets(socketdir: string): string[] {
  if (!SOCKET_DIRS.includes(socketdir)) return [];
  return SOCKET_DIRS.filter((dir) => dir !== socketdir).map((dir) => `${dir}/ctdbd.socket`);
}

function runDirsOf({ logdir: _log, helperdir: _helper, ...dirs }: InstallDirs) {
  return dirs;
}

function testDirs(base: string | undefined) {
  if (base === undefined) {
    throw new ConfigError("Broken CTDB setup, CTDB_BASE not set in test mode");
  }
  const rundir = `${base}/run`;
  return {
    etcdir: base,
    rundir,
    socketdir: rundir,
    piddir: rundir,
    lockdir: rundir,
    vardir: `${base}/var`,
    datadir: `${base}/share`,
  };
}

function etcFiles(etcdir: string) {
  return {
    config: `${etcdir}/ctdb.conf`,
    nodes: `${etcdir}/nodes`,
    publicAddresses: `${etcdir}/public_addresses`,
    homeNodes: `${etcdir}/home_nodes`,
    tunables: `${etcdir}/ctdb.tunables`,
    tunablesDir: `${etcdir}/tunables.d`,
    scriptOptions: `${etcdir}/script.options`,
    notifyScript: `${etcdir}/notify.sh`,
    eventsDir: `${etcdir}/events`,
    legacyScripts: `${etcdir}/events/legacy`,
  };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
