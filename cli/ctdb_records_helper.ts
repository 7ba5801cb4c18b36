import { dieWithParent } from "../lib/base/mod.ts";
import { runRecordsHelper, standardPipe } from "../lib/records/mod.ts";
import type { ProgramIo } from "./io.ts";

/**
 * `ctdb_records_helper PID`: what the daemon (process PID) has done in another process because it
 * would block - transactions, locks that somebody holds, reading whole files. Not for people.
 */
export function main(args: string[], io: ProgramIo): Promise<number> {
  const parent = Number(args[0]);
  if (args.length !== 1 || !Number.isInteger(parent) || parent <= 0) {
    io.stderr(`Usage: ${io.program} <pid of ctdbd>\n`);
    return Promise.resolve(1);
  }
  // A helper that outlived its daemon would make the next one find files in use (`records.md` 1.6).
  if (!dieWithParent(parent)) return Promise.resolve(1);
  runRecordsHelper(standardPipe());
  return Promise.resolve(0);
}
