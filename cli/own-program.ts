import { distributionDirs, installedDirs } from "../lib/config/mod.ts";
import type { ProgramIo } from "./io.ts";

/**
 * The command for another program for administrators, such as `ctdb`: the one beside the program that
 * runs, where both were installed below a prefix of their own; there the search path may know none, or
 * another build's. Otherwise the name, for the search path to find.
 */
export function ownProgram(io: ProgramIo, name: string): string {
  if (installedDirs().etcdir === distributionDirs.etcdir) return name;
  const slash = io.program.lastIndexOf("/");
  const beside = `${io.program.slice(0, slash + 1)}${name}`;
  return slash >= 0 && isFile(beside) ? beside : name;
}

/** A word as a shell takes it, whatever is in it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
