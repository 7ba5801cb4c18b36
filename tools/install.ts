/**
 * `deno task install --prefix DIR [--destdir DIR]`: puts the programs where a packager would.
 *
 * The runtime is there once, under the name of each program (hard links), so that a running daemon
 * is `ctdbd` in `ps`, for `pidof` and in `/proc/PID/exe`. The launchers in `bin` and `sbin` are one
 * small file under several names.
 *
 * @module
 */
import { installDirsFor, withSambaRunDirs } from "../lib/config/mod.ts";
import { bundle } from "./bundle.ts";
import { ROOT, say } from "./console.ts";
import { installScripts } from "./install-scripts.ts";
import { runTask, UsageError } from "./task.ts";
import {
  ALL_PROGRAMS,
  BIN_PROGRAMS,
  HELPER_PROGRAMS,
  INSTALLED_FLAGS,
  SBIN_PROGRAMS,
} from "./programs.ts";

/** What to install where. */
export interface InstallOptions {
  readonly prefix: string;
  /** Prepended to every path that is written; empty for none. */
  readonly destdir: string;
  /** Sockets, pid files and locks stand where Samba 4.25 has them. */
  readonly sambaRunDirs?: boolean;
}

/** Installs everything; returns the paths of the programs. */
export async function install(options: InstallOptions): Promise<string[]> {
  const { prefix, destdir, sambaRunDirs = false } = options;
  const home = `${prefix}/lib/ctdb-deno`;
  const dirs = sambaRunDirs ? withSambaRunDirs(installDirsFor(prefix)) : installDirsFor(prefix);
  const to = (path: string) => `${destdir}${path}`;
  await makeDirectories([
    `${home}/bin`,
    `${prefix}/bin`,
    `${prefix}/sbin`,
    dirs.helperdir,
    dirs.datadir,
    dirs.rundir,
    dirs.logdir,
    ...["volatile", "persistent", "state"].map((name) => `${dirs.vardir}/${name}`),
  ].map(to));
  await bundle(to(`${home}/app`));
  for (const name of ALL_PROGRAMS) {
    const path = to(`${home}/app/${name}/install-dirs.json`);
    await Deno.writeTextFile(path, JSON.stringify(dirs, null, 2));
  }
  await installRuntime(to(`${home}/bin`));
  await installScripts({ prefix, dirs, to });
  await Deno.copyFile(`${ROOT}LICENSE`, to(`${home}/LICENSE`));
  return await installLaunchers(home, dirs.helperdir, prefix, to);
}

async function makeDirectories(paths: readonly string[]): Promise<void> {
  for (const path of paths) await Deno.mkdir(path, { recursive: true });
}

/** One copy of the runtime, with a name for each program. */
async function installRuntime(directory: string): Promise<void> {
  const [first, ...others] = ALL_PROGRAMS.map((name) => `${directory}/${name}`);
  for (const path of [first!, ...others]) await Deno.remove(path).catch(ignoreMissing);
  await Deno.copyFile(Deno.execPath(), first!);
  await Deno.chmod(first!, 0o755);
  for (const path of others) await Deno.link(first!, path);
}

async function installLaunchers(
  home: string,
  helperdir: string,
  prefix: string,
  to: (path: string) => string,
): Promise<string[]> {
  const launcher = to(`${home}/launcher`);
  await Deno.writeTextFile(launcher, launcherText(home));
  await Deno.chmod(launcher, 0o755);
  const installed: string[] = [];
  const places: [string, readonly string[]][] = [
    [`${prefix}/sbin`, SBIN_PROGRAMS],
    [`${prefix}/bin`, BIN_PROGRAMS],
    [helperdir, HELPER_PROGRAMS],
  ];
  for (const [directory, names] of places) {
    for (const name of names) {
      const path = `${directory}/${name}`;
      await Deno.remove(to(path)).catch(ignoreMissing);
      await Deno.symlink(`${home}/launcher`, to(path));
      installed.push(path);
    }
  }
  return installed;
}

function launcherText(home: string): string {
  return `#!/bin/sh
# Starts the program that this file was called as. GPL-3.0-or-later.
export CTDB_PROGRAM="$0"
# Cluster managers find the daemon by the path of its program ("pkill -f").
[ "\${0##*/}" != ctdbd ] || set -- --installed-as="$0" "$@"
# The runtime does not start where there is no working directory.
[ "$PWD" -ef . ] || cd /
exec "${home}/bin/\${0##*/}" ${INSTALLED_FLAGS.join(" ")} "${home}/app/\${0##*/}/main.js" "$@"
`;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  await runTask({
    name: "install",
    about: "Installs the programs.",
    options: {
      prefix: {
        type: "string",
        value: "DIR",
        help: "where the programs will run from, such as /usr or /opt/ctdb",
      },
      destdir: {
        type: "string",
        value: "DIR",
        default: "",
        help: "put the tree below DIR instead (for packagers)",
      },
      "samba-run-dirs": {
        type: "boolean",
        help: "sockets and pid files below /run/samba/ctdb, as in Samba 4.25",
      },
    },
  }, async ({ prefix, destdir, "samba-run-dirs": sambaRunDirs }) => {
    if (prefix === undefined || !prefix.startsWith("/")) {
      throw new UsageError(`--prefix: ${prefix ?? "missing"}: an absolute path is needed`);
    }
    // Scripts and launchers have it between double quotes.
    if (/["$`\\\n]/.test(prefix)) {
      throw new UsageError(`--prefix: ${prefix}: a path without " $ \` \\ is needed`);
    }
    say((await install({ prefix: prefix.replace(/\/+$/, ""), destdir, sambaRunDirs })).join("\n"));
    return 0;
  });
}
