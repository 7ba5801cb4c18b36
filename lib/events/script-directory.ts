import { Errno } from "../base/mod.ts";
import { MAX_REMEMBERED_SCRIPT_HEADS, MAX_SCRIPT_HEAD_BYTES } from "../limits/mod.ts";
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

/** What the heads of files say, by path, as long as the files are the same. */
const heads = new Map<string, { readonly version: string; readonly many: readonly string[] }>();

async function scriptEntry(name: string, path: string): Promise<ScriptEntry> {
  try {
    const info = await Deno.stat(path);
    const enabled = (info.mode! & OWNER_EXECUTE) !== 0;
    return enabled ? { name, enabled, many: await manyOf(path, info) } : { name, enabled };
  } catch {
    return { name, enabled: false };
  }
}

/** The events for which a script can be started once with many addresses, as its head says. */
async function manyOf(path: string, info: Deno.FileInfo): Promise<readonly string[]> {
  const version = `${info.dev} ${info.ino} ${info.size} ${info.mtime?.getTime()}`;
  const known = heads.get(path);
  if (known?.version === version) return known.many;
  const many = /^# ctdb-many: (.+)$/m.exec(await headOf(path))?.[1]?.trim().split(/ +/) ?? [];
  if (heads.size >= MAX_REMEMBERED_SCRIPT_HEADS) heads.clear();
  heads.set(path, { version, many });
  return many;
}

/** The first bytes of a file; none of one that cannot be read. */
async function headOf(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(MAX_SCRIPT_HEAD_BYTES);
    const length = await file.read(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    return "";
  }
}

/** Lists the scripts that a component has in the configuration directory (events.md A.2). */
export async function listScripts(etcDirectory: string, component: string): Promise<ScriptListing> {
  try {
    const names = await scriptNames(componentDirectory(etcDirectory, component));
    const path = (name: string) => scriptPath(etcDirectory, component, name);
    return { scripts: await Promise.all(names.map((name) => scriptEntry(name, path(name)))) };
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
