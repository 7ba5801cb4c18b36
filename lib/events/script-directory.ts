import { Errno } from "../base/mod.ts";
import type { ScriptEntry, ScriptListing } from "./launcher.ts";
import {
  compareNames,
  isPlainName,
  isScriptFile,
  scriptFileOf,
  scriptNameOf,
} from "./script-name.ts";

/** The owner's execute bit decides whether a script is enabled, whoever we are. */
const OWNER_EXECUTE = 0o100;
const ALL_EXECUTE = 0o111;

/** Where the scripts of `component` are, below a configuration or data directory. */
export function componentDirectory(base: string, component: string): string {
  return `${base}/events/${component}`;
}

/** The file of one script, below a configuration or data directory. */
export function scriptPath(base: string, component: string, script: string): string {
  return `${componentDirectory(base, component)}/${scriptFileOf(script)}`;
}

/** The names (without suffix) of the script files in a directory, in bytewise order. */
export async function scriptNames(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (isScriptFile(name)) names.push(scriptNameOf(name));
  }
  return names.sort(compareNames);
}

/** Whether the owner of the file behind `path` may execute it; a dangling link is not. */
export async function isOwnerExecutable(path: string): Promise<boolean> {
  try {
    return ((await Deno.stat(path)).mode! & OWNER_EXECUTE) !== 0;
  } catch {
    return false;
  }
}

/** Lists the scripts that a component has in the configuration directory (events.md A.2). */
export async function listScripts(etcDirectory: string, component: string): Promise<ScriptListing> {
  try {
    const names = await scriptNames(componentDirectory(etcDirectory, component));
    const scripts = await Promise.all(names.map(async (name): Promise<ScriptEntry> => ({
      name,
      enabled: await isOwnerExecutable(scriptPath(etcDirectory, component, name)),
    })));
    return { scripts };
  } catch (error) {
    return { errno: scriptErrno(error) };
  }
}

/**
 * Sets or clears the execute bits of a script that is a regular file in the configuration
 * directory: request SCRIPT (events.md A.7). Resolves to 0 or an error number.
 */
export async function setScriptMode(
  etcDirectory: string,
  component: string,
  script: string,
  action: "enable" | "disable",
): Promise<number> {
  if (!isPlainName(component)) return Errno.ENOENT;
  const file = scriptFileOf(script);
  if (!isPlainName(file)) return Errno.EINVAL;
  const path = scriptPath(etcDirectory, component, script);
  try {
    const info = await Deno.lstat(path);
    if (!info.isFile || !isScriptFile(file)) return Errno.EINVAL;
    await setExecutable(path, info, action === "enable");
    return 0;
  } catch (error) {
    return scriptErrno(error);
  }
}

/** Adds or takes away the execute bits of owner, group and others. */
export function setExecutable(path: string, info: Deno.FileInfo, on: boolean): Promise<void> {
  const mode = info.mode! & 0o7777;
  return Deno.chmod(path, on ? mode | ALL_EXECUTE : mode & ~ALL_EXECUTE);
}

/** The error number of a failed file operation, as far as callers tell them apart. */
export function scriptErrno(error: unknown): number {
  if (error instanceof Deno.errors.NotFound) return Errno.ENOENT;
  if (error instanceof Deno.errors.PermissionDenied) return Errno.EACCES;
  return Errno.EIO;
}
