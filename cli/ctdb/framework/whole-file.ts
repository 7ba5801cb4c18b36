import { Errno } from "../../../lib/base/mod.ts";
import type { Call } from "./call.ts";
import { errnoOf, reasonOf } from "./system-errors.ts";

/** Only for who made it: there may be secrets in it. */
const PRIVATE = 0o600;

/**
 * Writes a file that is there whole or not at all: beside its place first, then moved over it once
 * the disk has it. Whatever stands at a path that is no regular file, such as a pipe, is written to
 * as it is. Ends the command when that fails; then what was there before still is.
 */
export function writeWholeFile(call: Call, path: string, pieces: Iterable<Uint8Array>): void {
  const before = existing(path);
  if (before?.isDirectory === true) call.fail(Errno.EISDIR, openFailed(path));
  const special = before !== undefined && !before.isFile;
  const place = special ? path : partialPath(realPath(path));
  const file = open(call, path, place, special);
  try {
    try {
      for (const piece of pieces) writeAll(file, piece);
      if (!special) file.syncSync();
    } finally {
      file.close();
    }
    if (special) return;
    // The system always tells the mode; Deno's type does not know that.
    const mode = before?.mode ?? PRIVATE;
    Deno.chmodSync(place, mode & 0o777);
    Deno.renameSync(place, realPath(path));
  } catch (error) {
    if (!special) remove(place);
    call.fail(errnoOf(error), `Failed to write file ${path}: ${reasonOf(error)}`);
  }
}

function open(call: Call, path: string, place: string, special: boolean): Deno.FsFile {
  try {
    if (special) return Deno.openSync(place, { write: true });
    remove(place);
    return Deno.openSync(place, { write: true, createNew: true, mode: PRIVATE });
  } catch (error) {
    return call.fail(errnoOf(error), openFailed(path));
  }
}

function openFailed(path: string): string {
  return `Failed to open file ${path} for writing`;
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
}

function existing(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    // What is wrong with it shows when it is opened.
    return undefined;
  }
}

/** Where a link leads, so that what stays in its place is the link. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

function partialPath(path: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.${Deno.pid}.part`;
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was not there.
  }
}
