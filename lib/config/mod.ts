/**
 * Configuration: paths, `ctdb.conf`, nodes, public addresses, tunables, old sysconfig variables
 * (`cluster.md` 1.2, 2 and 3). Reading texts is pure; what touches the machine goes through a
 * `ConfigIo`. @module
 */
export {
  type AdminConf,
  type AdminSettings,
  adminSettings,
  AdminSettingsError,
  type ListenAddress,
  parseListenAddress,
  type TlsFiles,
} from "./admin-settings.ts";
export type { ConfCheckContext, ConfValue } from "./conf-checks.ts";
export { etcScriptPath } from "./conf-checks.ts";
export type { ConfMessage, ConfReadOptions, ConfReadResult } from "./conf-read.ts";
export { readConf } from "./conf-read.ts";
export type { ConfOption, ConfSchema } from "./conf-schema.ts";
export { confSchema } from "./conf-schema.ts";
export { ConfValues } from "./conf-values.ts";
export type { CommandResult, ConfigIo } from "./config-io.ts";
export { systemConfigIo } from "./config-io.ts";
export type { ConfReload, CtdbConf } from "./ctdb-conf.ts";
export { adminConf, ctdbConfOf, reloadConf } from "./ctdb-conf.ts";
export type { ConfigErrorPlace } from "./errors.ts";
export { ConfigError } from "./errors.ts";
export type { FileFacts, StatFile } from "./file-facts.ts";
export type { InstallDirs } from "./install-dirs.ts";
export { distributionDirs, installDirsFor, withSambaRunDirs } from "./install-dirs.ts";
export { parseIpLiteral } from "./ip-literal.ts";
export type { HomeNode, HomeNodesFile } from "./home-nodes.ts";
export { parseHomeNodes } from "./home-nodes.ts";
export type { LegacyConfig } from "./legacy.ts";
export { applyLegacy } from "./legacy.ts";
export type { ConfigMessage, LoadedConfig, Settings } from "./load.ts";
export { InvalidConfigError, loadConf, loadConfig, loadSettings, loadTunables } from "./load.ts";
export { missingDirectories, readHomeNodes, readNodes, readPublicAddresses } from "./load.ts";
export type { ListedNode, NodeLine, NodesList } from "./nodes-file.ts";
export { ctdbPortOf, defaultCtdbPort, nodeLines, nodesCommand, parseNodes } from "./nodes-file.ts";
export type { Environment, HelperName, Paths } from "./paths.ts";
export { helperVariables, resolvePaths } from "./paths.ts";
export { decodeFileText, textLines, wordsOf } from "./text-lines.ts";
export type { ListedAddress } from "./public-addresses.ts";
export { parseAddressMask, parsePublicAddresses } from "./public-addresses.ts";
export type { TunableSetResult } from "./tunables.ts";
export { Tunables } from "./tunables.ts";
export { applyTunables, parseTunableValue } from "./tunables-file.ts";
export { installedDirs, installedPaths } from "./installed.ts";
