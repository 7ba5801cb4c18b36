import { RUNTIME_FLAGS } from "../lib/base/mod.ts";

/** Where each program goes below the prefix. The names are those of `cli/programs.ts`. */
export const SBIN_PROGRAMS = ["ctdbd"] as const;

/** Programs that administrators call. */
export const BIN_PROGRAMS = [
  "ctdb",
  "ctdb_diagnostics",
  "ltdbtool",
  "onnode",
  "ping_pong",
] as const;

/** Programs that the daemon, scripts and the tools call. */
export const HELPER_PROGRAMS = [
  "ctdb-config",
  "ctdb-event",
  "ctdb-path",
  "ctdb_killtcp",
  "ctdb_lock_helper",
  "ctdb_mutex_etcd_helper",
  "ctdb_mutex_fcntl_helper",
  "ctdb_records_helper",
] as const;

/** All of them. */
export const ALL_PROGRAMS: readonly string[] = [
  ...SBIN_PROGRAMS,
  ...BIN_PROGRAMS,
  ...HELPER_PROGRAMS,
];

/** What the runtime of an installed program is started with, by launchers. */
export const INSTALLED_FLAGS: readonly string[] = ["run", "--no-config", ...RUNTIME_FLAGS];
