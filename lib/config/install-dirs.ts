/** The directories that a build of the C daemon fixes when it is compiled (`cluster.md` 1.2). */
export interface InstallDirs {
  readonly etcdir: string;
  readonly rundir: string;
  readonly vardir: string;
  readonly datadir: string;
  readonly logdir: string;
  readonly helperdir: string;
}

/** Where Debian's package has its files; the same as `installDirsFor("/usr")`. */
export const distributionDirs: InstallDirs = {
  etcdir: "/etc/ctdb",
  rundir: "/run/ctdb",
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
    rundir: `${base}/var/run/ctdb`,
    vardir: `${base}/var/lib/ctdb`,
    datadir: `${base}/share/ctdb`,
    logdir: `${base}/var/log`,
    helperdir: `${base}/libexec/ctdb`,
  };
}

/** Where a daemon of Samba 4.25 and later listens. */
export const SAMBA_SOCKET = "/run/samba/ctdb/ctdbd.socket";
