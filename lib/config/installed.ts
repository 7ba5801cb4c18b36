import { distributionDirs, type InstallDirs } from "./install-dirs.ts";
import { type Environment, type Paths, resolvePaths } from "./paths.ts";

/** The file beside the bundled program that `deno task install` leaves. */
const DIRS_FILE = "install-dirs.json";

/**
 * The directories of the installation that this program belongs to: written down beside it when it
 * was installed; from a source tree, those of the distribution.
 */
export function installedDirs(mainModule: string = Deno.mainModule): InstallDirs {
  let text: string;
  try {
    text = Deno.readTextFileSync(besideModule(mainModule));
  } catch {
    return distributionDirs;
  }
  return { ...distributionDirs, ...JSON.parse(text) as Partial<InstallDirs> };
}

/** Cut out of the address by hand: what makes a path of a URL takes longer to load than all of this. */
function besideModule(module: string): string {
  const path = decodeURIComponent(module.replace(/^file:\/\//, ""));
  return `${path.slice(0, path.lastIndexOf("/"))}/${DIRS_FILE}`;
}

/**
 * Where everything of this installation is: the one function that programs ask. In test mode that is
 * below `CTDB_BASE`.
 *
 * Throws a {@link ConfigError} in test mode without `CTDB_BASE`, as {@link resolvePaths} does.
 */
export function installedPaths(env: Environment): Paths {
  return resolvePaths(env, installedDirs());
}
