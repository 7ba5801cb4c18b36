import { type DaemonKind, installedUnder, ours } from "../../testing/cluster/cluster.ts";
import { distributionDirs, type InstallDirs } from "../../lib/config/mod.ts";
import { ALL_PROGRAMS } from "../../tools/programs.ts";
import { install } from "../../tools/install.ts";
import { say } from "../../tools/console.ts";
import type { PressureOptions } from "./options.ts";

/** What is measured of ours. */
export interface OurBuild extends AsyncDisposable {
  readonly kind: DaemonKind;
  /**
   * The same on a host of its own, which has its files where a distribution has them, for the time of
   * `run`.
   */
  onHosts<T>(run: (kind: DaemonKind) => Promise<T>): Promise<T>;
}

/**
 * Ours as people run it, installed for the time of the measurement: started from the source tree each
 * helper reads the whole program, which takes it time and memory. Unless the options name another.
 */
export async function ourBuild({ prefix, tree }: PressureOptions): Promise<OurBuild> {
  const kept = async () => {};
  // An installation that is not ours to change runs from the tree on hosts.
  const fromTree = <T>(run: (kind: DaemonKind) => Promise<T>) => run(ours);
  if (tree || prefix !== undefined) {
    const kind = prefix === undefined ? ours : installedUnder(prefix);
    return { kind, onHosts: fromTree, [Symbol.asyncDispose]: kept };
  }
  const directory = await Deno.makeTempDir({ prefix: "ctdb-pressure-" });
  say(`Installing into ${directory} ...`);
  await install({ prefix: directory, destdir: "" });
  const kind = { ...installedUnder(directory), name: ours.name };
  return {
    kind,
    async onHosts(run) {
      const restore = await useDirs(directory, distributionDirs);
      try {
        return await run(kind);
      } finally {
        await restore();
      }
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** Tells an installation that its files are there; returns what makes it as it was. */
async function useDirs(prefix: string, dirs: InstallDirs): Promise<() => Promise<void>> {
  const paths = ALL_PROGRAMS.map((name) => `${prefix}/lib/ctdb-deno/app/${name}/install-dirs.json`);
  const before = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
  const text = JSON.stringify(dirs, null, 2);
  for (const path of paths) await Deno.writeTextFile(path, text);
  return async () => {
    for (const [i, path] of paths.entries()) await Deno.writeTextFile(path, before[i]!);
  };
}
