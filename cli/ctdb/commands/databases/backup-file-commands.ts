import { Errno } from "../../../../lib/base/mod.ts";
import { readRecordHeader, recordData, WireError } from "../../../../lib/wire/mod.ts";
import {
  backupDamage,
  BackupFileError,
  type BackupHeader,
  readBackupHeader,
  readBuffers,
} from "./backup-file.ts";
import { slashTime } from "../../printing/c-time.ts";
import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { recordJson, recordText } from "../../printing/record-text.ts";
import { errnoOf } from "../../framework/system-errors.ts";

export const commands = { dumpdbbackup } satisfies LocalCommands;

async function dumpdbbackup(call: Call): Promise<void> {
  const path = call.operand(0);
  const { file, header } = await openBackup(call, path);
  const date = slashTime(header.time_s);
  const kept: unknown[] = [];
  if (!call.options.json) {
    call.io.stdout(`Dumping database ${header.name} from backup @ ${date}\n`);
  }
  let count = 0;
  readFailsAs(call, () => {
    for (const { records } of readBuffers(file, header)) {
      for (const { key, data } of records) {
        const recordHeader = readRecordHeader(data);
        if (recordHeader === undefined) throw new BackupFileError("Read backup: no header");
        count++;
        const record = { key, header: recordHeader, value: recordData(data) };
        if (call.options.json) kept.push(recordJson(record));
        else call.io.stdout(recordText(record));
      }
    }
  });
  checkBackup(call, path, { file, header });
  call.print({
    human: () => `Dumped ${count} record(s)\n`,
    json: () => ({
      name: header.name,
      time: new Date(Number(header.time_s) * 1000).toISOString(),
      records: kept,
    }),
  });
}

/** Reads a backup and its header; ends the command when it is none. */
export async function openBackup(
  call: Call,
  path: string,
): Promise<{ readonly file: Uint8Array; readonly header: BackupHeader }> {
  let file: Uint8Array;
  try {
    file = await Deno.readFile(path);
  } catch (error) {
    return call.fail(errnoOf(error), `Failed to open file ${path} for reading`);
  }
  try {
    return { file, header: readBackupHeader(file) };
  } catch (error) {
    if (!(error instanceof BackupFileError)) throw error;
    const text = `Wrong version of backup file, expected 3, got ${error.version ?? 0n}`;
    return call.fail(Errno.EINVAL, text);
  }
}

/** A file that ends too early gives the exit status of the C tool, which is a stale one. */
function readFailsAs(call: Call, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof BackupFileError) && !(error instanceof WireError)) throw error;
    call.fail(Errno.ENOENT, "Failed to read records");
  }
}

/**
 * Ends the command when a backup is not what its header says, with the status of a file that ends
 * too early. `so` is what follows from it.
 */
export function checkBackup(
  call: Call,
  path: string,
  { file, header }: { readonly file: Uint8Array; readonly header: BackupHeader },
  so = "",
): void {
  const damage = backupDamage(file, header);
  if (damage === undefined) return;
  call.fail(Errno.ENOENT, `Backup file ${path} is damaged: ${damage}${so}`);
}
