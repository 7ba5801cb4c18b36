import type { ProgramMain } from "./io.ts";

/** Loads one program. Lazy, because a tool must not pay for the modules of the daemon. */
export type ProgramLoader = () => Promise<{ main: ProgramMain }>;

/** Every program that the binary can be, by name. */
export const programs: Readonly<Record<string, ProgramLoader>> = {
  "ctdbd": () => import("./ctdbd.ts"),
  "ctdb": () => import("./ctdb.ts"),
  "ctdb-event": () => import("./ctdb-event.ts"),
  "ctdb-config": () => import("./ctdb-config.ts"),
  "ctdb-path": () => import("./ctdb-path.ts"),
  "ctdb_diagnostics": () => import("./ctdb_diagnostics.ts"),
  "ctdb_killtcp": () => import("./ctdb_killtcp.ts"),
  "ctdb_lock_helper": () => import("./ctdb_lock_helper.ts"),
  "ctdb_mutex_etcd_helper": () => import("./ctdb_mutex_etcd_helper.ts"),
  "ctdb_mutex_fcntl_helper": () => import("./ctdb_mutex_fcntl_helper.ts"),
  "ctdb_records_helper": () => import("./ctdb_records_helper.ts"),
  "ltdbtool": () => import("./ltdbtool.ts"),
  "onnode": () => import("./onnode.ts"),
  "ping_pong": () => import("./ping_pong.ts"),
};

/** The name under which the binary is installed: its first word may name another program. */
const BINARY_NAME = "ctdbd";

/** A program and how it was called. */
export interface Selection {
  name: string;
  /** argv[0] as the program shows it in its usage. */
  program: string;
  args: string[];
}

/** How the process was started. */
export interface Invocation {
  /** `CTDB_PROGRAM`: a launcher that cannot set argv[0] names the program here. */
  variable: string | undefined;
  /** argv[0] of the process. */
  argv0: string;
  args: string[];
}

/**
 * Picks the program: by `CTDB_PROGRAM`, else by the base name of argv[0] (a symbolic link to the
 * binary), else by the first word. The binary's own name is `ctdbd`, which takes no operands, so
 * that `ctdbd onnode ...` is no ambiguity. `undefined`: nothing named a program.
 */
export function selectProgram({ variable, argv0, args }: Invocation): Selection | undefined {
  for (const called of [variable, argv0]) {
    if (called === undefined || called === "") continue;
    const name = baseName(called);
    const firstIsProgram = args[0] !== undefined && isProgram(args[0]);
    if (isProgram(name) && !(name === BINARY_NAME && firstIsProgram)) {
      return { name, program: called, args };
    }
  }
  const [first, ...rest] = args;
  if (first === undefined || !isProgram(first)) return undefined;
  return { name: first, program: first, args: rest };
}

/** Whether the binary can be `name`. */
export function isProgram(name: string): boolean {
  return Object.hasOwn(programs, name);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
