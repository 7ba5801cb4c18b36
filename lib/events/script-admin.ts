import { Errno } from "../base/mod.ts";
import {
  componentDirectory,
  isOwnerExecutable,
  scriptErrno,
  scriptNames,
  setExecutable,
} from "./script-directory.ts";
import { isScriptFile, SCRIPT_SUFFIX } from "./script-name.ts";

/** Where the installed scripts and the administrator's choice among them are. */
export interface ScriptDirectories {
  /** The configuration directory. */
  readonly etc: string;
  /** The read-only directory with the scripts as they were installed. */
  readonly data: string;
}

/** A script and whether it is enabled. */
export interface ListedScript {
  readonly name: string;
  readonly enabled: boolean;
}

/** The scripts of a component as `ctdb event script list` shows them. */
export type ScriptOverview =
  | { readonly installed: readonly ListedScript[]; readonly others: readonly ListedScript[] }
  /** The directory that could not be read. */
  | { readonly missing: "etc" | "data"; readonly directory: string; readonly errno: number };

/**
 * The outcome of enabling or disabling a script: an error number (0 success), and what there is to
 * tell about it.
 */
export interface ScriptChange {
  readonly result: number;
  readonly message?: string;
  /** Something to be said though nothing failed. */
  readonly remark?: string;
  /** It was a regular file in the configuration directory. */
  readonly ownFile?: true;
}

/**
 * The scripts of a component: first the installed ones, enabled by a symbolic link to exactly the
 * installed file; then everything else in the configuration directory (cli.md 9).
 */
export async function overviewScripts(
  directories: ScriptDirectories,
  component: string,
): Promise<ScriptOverview> {
  const data = componentDirectory(directories.data, component);
  const etc = componentDirectory(directories.etc, component);
  const shipped = await namesOrErrno(data);
  if (typeof shipped === "number") return { missing: "data", directory: data, errno: shipped };
  const present = await namesOrErrno(etc);
  if (typeof present === "number") return { missing: "etc", directory: etc, errno: present };

  // The directory is resolved, the file in it is not: a link among the installed ones counts as is.
  const resolved = await Deno.realPath(data).catch(() => data);
  const installed = await Promise.all(shipped.map(async (name) => ({
    name,
    enabled: await isLinkTo(fileIn(etc, name), fileIn(resolved, name)),
  })));
  const linked = new Set(installed.filter(({ enabled }) => enabled).map(({ name }) => name));
  const others = await Promise.all(
    present.filter((name) => !linked.has(name)).map(
      async (name) => ({ name, enabled: await isOwnerExecutable(fileIn(etc, name)) }),
    ),
  );
  return { installed, others };
}

/** Enables a script: by execute bits if it is the administrator's own file, else by a link. */
export async function enableScript(
  directories: ScriptDirectories,
  component: string,
  script: string,
): Promise<ScriptChange> {
  const { path, info } = await ownScript(directories, component, script);
  if (info === undefined) return await linkScript(directories, component, script, path);
  if (info.isSymlink) return { result: 0 };
  return await changeFile(path, info, component, script, true);
}

/** Disables a script: takes away its link, or the execute bits of the administrator's own file. */
export async function disableScript(
  directories: ScriptDirectories,
  component: string,
  script: string,
): Promise<ScriptChange> {
  const { path, info } = await ownScript(directories, component, script);
  if (info === undefined) {
    const shipped = fileIn(componentDirectory(directories.data, component), script);
    const known = await entryAt(shipped) !== undefined;
    return known ? { result: 0 } : {
      result: 0,
      remark: `Script ${script} does not exist in ${component}`,
    };
  }
  if (!info.isSymlink) return await changeFile(path, info, component, script, false);
  try {
    await Deno.remove(path);
    return { result: 0 };
  } catch {
    return { result: Errno.EIO, message: `Failed to remove symlink ${path}` };
  }
}

/** What the administrator has of a script: its place, and the file or link that is there. */
async function ownScript(directories: ScriptDirectories, component: string, script: string) {
  const path = fileIn(componentDirectory(directories.etc, component), script);
  return { path, info: await entryAt(path) };
}

async function linkScript(
  directories: ScriptDirectories,
  component: string,
  script: string,
  path: string,
): Promise<ScriptChange> {
  const shipped = fileIn(componentDirectory(directories.data, component), script);
  const target = await Deno.realPath(shipped).catch(() => undefined);
  if (target === undefined) {
    return { result: Errno.ENOENT, message: `Script ${script} does not exist in ${component}` };
  }
  try {
    await Deno.symlink(target, path);
    return { result: 0 };
  } catch {
    return { result: Errno.EIO, message: `Failed to create symlink ${path}` };
  }
}

async function changeFile(
  path: string,
  info: Deno.FileInfo,
  component: string,
  script: string,
  on: boolean,
): Promise<ScriptChange> {
  if (!info.isFile) {
    return { result: Errno.EINVAL, message: `Script ${path} is not a file or a link` };
  }
  if (!isScriptFile(script + SCRIPT_SUFFIX)) {
    const message = `Script ${script} is invalid in ${component}`;
    return { result: Errno.EINVAL, message, ownFile: true };
  }
  try {
    await setExecutable(path, info, on);
    return { result: 0, ownFile: true };
  } catch (error) {
    return { result: scriptErrno(error), ownFile: true };
  }
}

/** Unlike in requests to the daemon the name never has the suffix: it is always added. */
function fileIn(directory: string, script: string): string {
  return `${directory}/${script}${SCRIPT_SUFFIX}`;
}

function namesOrErrno(directory: string): Promise<string[] | number> {
  return scriptNames(directory).catch(scriptErrno);
}

function entryAt(path: string): Promise<Deno.FileInfo | undefined> {
  return Deno.lstat(path).catch(() => undefined);
}

/** Whether `link` is a symbolic link with exactly this text. */
async function isLinkTo(link: string, text: string): Promise<boolean> {
  try {
    return await Deno.readLink(link) === text;
  } catch {
    return false;
  }
}
