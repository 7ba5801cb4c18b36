/** The directories that a build of the C daemon fixes when it is compiled (`cluster.md` 1.2). */
export interface InstallDirs {
  readonly etcdir: string;
  /** What ends with the machine's run: the three below unless they stand elsewhere. */
  readonly rundir: string;
  readonly socketdir: string;
  readonly piddir: string;
  readonly lockdir: string;
  readonly vardir: string;
  readonly datadir: string;
  readonly logdir: string;
  readonly helperdir: string;
}

/** Where Debian's package has its files; the same as `installDirsFor("/usr")`. */
export const distributionDirs: InstallDirs = {
  etcdir: "/etc/ctdb",
  ...oneRunDir("/run/ctdb"),
  vardir: "/var/lib/ctdb",
  datadir: "/usr/share/ctdb",
  logdir: "/var/log/ctdb",
  helperdir: "/usr/libexec/ctdb",
};

/** Old sysconfig files, on any distribution; the first that exists counts (`cluster.md` 2.3). */
export const legacyConfigFiles: readonly string[] = ["/etc/sysconfig/ctdb", "/etc/default/ctdb"];

/**
 * The directories of an installation under `prefix`: with `/usr` (or `/`) the distribution's, with
 * any other everything below the prefix (`<prefix>/etc/ctdb`, `<prefix>/var/lib/ctdb`, ...).
 */
export function installDirsFor(prefix: string): InstallDirs {
  const base = prefix.replace(/\/+$/, "");
  if (base === "" || base === "/usr") return distributionDirs;
  return {
    etcdir: `${base}/etc/ctdb`,
    ...oneRunDir(`${base}/var/run/ctdb`),
    vardir: `${base}/var/lib/ctdb`,
    datadir: `${base}/share/ctdb`,
    logdir: `${base}/var/log`,
    helperdir: `${base}/libexec/ctdb`,
  };
}

/** Up to 4.24 one directory is all of them. */
function oneRunDir(rundir: string) {
  return { rundir, socketdir: rundir, piddir: rundir, lockdir: rundir };
}

/** From 4.25 on they are below Samba's own (next.md 12). */
const SAMBA_RUNDIR = "/run/samba/ctdb";

/** The directories of an installation, with those of Samba 4.25 for sockets, pid files and locks. */
export function withSambaRunDirs(dirs: InstallDirs): InstallDirs {
  return { ...dirs, ...oneRunDir(SAMBA_RUNDIR), lockdir: "/run/lock/samba/ctdb" };
}

/** The directories that clients of one release or another look for the daemon's socket in. */
export const SOCKET_DIRS: readonly string[] = [distributionDirs.socketdir, SAMBA_RUNDIR];
