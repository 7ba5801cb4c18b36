/**
 * `ltdbtool`: prints a TDB of a cluster node, or copies it into one with another kind of record
 * header, without any daemon (`cli.md` 6).
 *
 * @module
 */
import {
  openTdb,
  type Tdb,
  TdbError,
  type TdbErrorCode,
  TdbOpenFlag,
  type TdbOpenOptions,
} from "../lib/tdb/mod.ts";
import type { ProgramIo } from "./io.ts";
import { FAILURE, type LtdbOptions, parseLtdbtoolOptions } from "./ltdbtool/options.ts";
import {
  hasPadding,
  type HeaderAndData,
  joinValue,
  splitStoredValue,
} from "./ltdbtool/record-header.ts";
import { dumpBytes, dumpText } from "./ltdbtool/record-text.ts";

/** Text is handed on in pieces of about this size. */
const CHUNK_CHARACTERS = 65536;

/** libtdb's words for its error codes. */
const errorTexts: Readonly<Record<TdbErrorCode, string>> = {
  SUCCESS: "Success",
  CORRUPT: "Corrupt database",
  IO: "IO Error",
  LOCK: "Locking error",
  OOM: "Out of memory",
  EXISTS: "Record exists",
  NOLOCK: "Lock exists on other keys",
  TIMEOUT: "Lock timeout",
  NOEXIST: "Record does not exist",
  EINVAL: "Invalid parameter",
  RDONLY: "write not permitted",
  NESTING: "Transaction nesting error",
  UNKNOWN: "Invalid error code",
};

/** Runs the program. */
export function main(args: string[], io: ProgramIo): Promise<number> {
  const options = parseLtdbtoolOptions(args, io);
  if (typeof options === "number") return Promise.resolve(options);
  return Promise.resolve(options.command === "dump" ? dump(options, io) : convert(options, io));
}

function dump(options: LtdbOptions, io: ProgramIo): number {
  const input = openInput(options.input, io);
  if (input === undefined) return FAILURE;
  let text = "";
  const flush = () => {
    io.stdout(text);
    text = "";
  };
  try {
    const complain = (complaint: string) => {
      flush();
      io.stderr(complaint);
    };
    forEachRecord(input, options, complain, (key, { header, data }) => {
      text += dumpText(key, data, options.printHeader ? header : undefined);
      if (text.length >= CHUNK_CHARACTERS) flush();
      return true;
    });
    flush();
  } finally {
    input.close();
  }
  return 0;
}

function convert(options: LtdbOptions, io: ProgramIo): number {
  const input = openInput(options.input, io);
  if (input === undefined) return FAILURE;
  const { RDWR, CREAT, EXCL } = TdbOpenFlag;
  const created = { openFlags: RDWR | CREAT | EXCL, mode: 0o600 };
  const output = open(options.output, created, "out", io);
  try {
    if (output === undefined) return FAILURE;
    forEachRecord(input, options, (text) => io.stderr(text), (key, record) => {
      const reason = store(output, key, joinValue(record, options.outputHeader));
      if (reason !== undefined) io.stderr(`tdb_store: ${reason}\n`);
      return reason === undefined;
    });
    return 0;
  } finally {
    output?.close();
    input.close();
  }
}

function openInput(path: string, io: ProgramIo): Tdb | undefined {
  return open(path, { openFlags: TdbOpenFlag.RDONLY }, "in", io);
}

function open(
  path: string,
  options: TdbOpenOptions,
  role: "in" | "out",
  io: ProgramIo,
): Tdb | undefined {
  try {
    return openTdb(path, options);
  } catch (error) {
    if (!(error instanceof TdbError)) throw error;
    io.stderr(`tdbopen ${role}: ${error.system?.text ?? errorTexts[error.code]}\n`);
    return undefined;
  }
}

/**
 * Hands each record to `use`, until that returns false or a value is too short to be one of the
 * database that the user says it is: then `complain` is told.
 */
function forEachRecord(
  input: Tdb,
  options: LtdbOptions,
  complain: (text: string) => void,
  use: (key: Uint8Array, record: HeaderAndData) => boolean,
): void {
  const { inputHeader, includeEmpty } = options;
  input.traverseRead((key, value) => {
    const record = splitStoredValue(key, value, inputHeader);
    if (record === undefined) {
      complain(
        `Value too short to contain a ctdb header: "${dumpBytes(key)}" = ` +
          `"${dumpBytes(value)}"\n`,
      );
      return false;
    }
    if (hasPadding(record.header)) {
      complain("Warning: header padding isn't zero! Wrong header size?\n");
    }
    return record.empty && !includeEmpty ? true : use(key, record);
  });
}

/** Stores a record; if that is not possible, says why in libtdb's words. */
function store(output: Tdb, key: Uint8Array, value: Uint8Array | undefined): string | undefined {
  // A size below zero asks libtdb for more memory than there is.
  if (value === undefined) return errorTexts.OOM;
  try {
    output.store(key, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof TdbError)) throw error;
    return errorTexts[error.code];
  }
}
