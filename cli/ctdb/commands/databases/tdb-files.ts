import { Errno } from "../../../../lib/base/mod.ts";
import { openTdb, type Tdb, TdbError, TdbOpenFlag } from "../../../../lib/tdb/mod.ts";
import { readRecordHeader, recordData, recordValue } from "../../../../lib/wire/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { parseU32, parseU64 } from "../../../numbers.ts";
import { bytesJson, dataText, headerJson, headerText } from "../../printing/record-text.ts";
import { bytesOperand } from "../../printing/text-bytes.ts";

export const commands = { tfetch, tstore } satisfies ClusterCommands;

function tfetch(call: ClusterCall): Promise<void> {
  const [file, operand, output] = [call.operand(0), call.operand(1), call.operands[2]];
  const stored = withTdb(call, file, (tdb) => tdb.fetch(bytesOperand(call, operand, "key")));
  if (stored === undefined) call.fail(1, `No record for key ${operand}`);
  const header = readRecordHeader(stored);
  if (header === undefined) call.fail(1, `Invalid record for key ${operand}`);
  const value = recordData(stored);
  if (output !== undefined) writeOutput(call, output, stored);
  call.print({
    human: () => headerText(header) + dataText(value),
    json: () => ({ ...headerJson(header), ...bytesJson("value", value) }),
  });
  return Promise.resolve();
}

/** A copy of the stored bytes; that it cannot be written does not end the command. */
function writeOutput(call: ClusterCall, path: string, bytes: Uint8Array): void {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o600 });
  } catch {
    return call.note(`Failed to open output file ${path}`);
  }
  try {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
  } catch {
    call.note("Failed to write record to file");
  } finally {
    file.close();
  }
}

function tstore(call: ClusterCall): Promise<void> {
  const operand = call.operand(1);
  const [rsnOperand, dmasterOperand] = [call.operands[3], call.operands[4]];
  withTdb(call, call.operand(0), (tdb) => {
    const key = bytesOperand(call, operand, "key");
    const value = bytesOperand(call, call.operand(2), "value");
    const rsn = rsnOperand === undefined ? 0n : parseU64(rsnOperand) ??
      call.fail(Errno.EINVAL, `Invalid rsn ${rsnOperand}`);
    const dmaster = dmasterOperand === undefined ? 0 : parseU32(dmasterOperand) ??
      call.fail(Errno.EINVAL, `Invalid dmaster ${dmasterOperand}`);
    try {
      // On the disk whole or not at all, whatever happens meanwhile.
      tdb.transactionStart();
      tdb.store(key, recordValue({ rsn, dmaster, flags: 0 }, value));
      tdb.transactionCommit();
    } catch (error) {
      if (!(error instanceof TdbError)) throw error;
      call.fail(1, `Failed to store record for key ${operand}: ${error.message}`);
    }
  });
  return Promise.resolve();
}

/** Files whose locks are mutexes, as those of a running daemon's volatile databases, are refused. */
function withTdb<T>(call: ClusterCall, path: string, work: (tdb: Tdb) => T): T {
  let tdb: Tdb;
  try {
    tdb = openTdb(path, { openFlags: TdbOpenFlag.RDWR });
  } catch (error) {
    if (!(error instanceof TdbError)) throw error;
    return call.fail(1, `Failed to open TDB file ${path}`);
  }
  try {
    return work(tdb);
  } finally {
    tdb.close();
  }
}
