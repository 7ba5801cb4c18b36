/** Where the files of an installation are, without the readers of those files. @module */
export { ConfigError } from "./errors.ts";
export { installedDirs, installedPaths } from "./installed.ts";
export type { Environment, Paths } from "./paths.ts";
