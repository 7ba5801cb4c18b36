import { distributionDirs, type InstallDirs } from "./install-dirs.ts";

/** The file beside the bundled program that `deno task install` leaves. */
const DIRS_FILE = "install-dirs.json";

/**
 * The directories of the installation that this program belongs to: written down beside it when it
 * was installed; from a source tree, those of the distribution.
 */
export function installedDirs(mainModule: string = Deno.mainModule): InstallDirs {
  let text: string;
  try {
    text = Deno.readTextFileSync(new URL(DIRS_FILE, mainModule));
  } catch {
    return distributionDirs;
  }
  return { ...distributionDirs, ...JSON.parse(text) as Partial<InstallDirs> };
}
