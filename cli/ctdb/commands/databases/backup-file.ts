import { CtdbError } from "../../../../lib/base/mod.ts";
import {
  BACKUP_BUFFER_LIMIT_BYTES,
  LARGEST_BACKUP_BUFFER_BYTES,
} from "../../../../lib/limits/mod.ts";
import {
  ByteReader,
  ByteWriter,
  marshalledRecord,
  readRecordHeader,
  type RecordBuffer,
  RecordBufferWriter,
} from "../../../../lib/wire/mod.ts";

/** The file format of `backupdb` (cli.md 4.31). */
const VERSION = 3n;
const HEADER_SIZE = 104;
const BUFFER_HEADER_SIZE = 16;
const NAME_SIZE = 64;

/** A backup file is none, or was cut off. */
export class BackupFileError extends CtdbError {
  /** The version number in a file of another version. */
  readonly version: bigint | undefined;

  constructor(message: string, version?: bigint) {
    super(message);
    this.version = version;
  }
}

/** What a backup file says of itself. */
export interface BackupHeader {
  readonly time_s: bigint;
  /** Bits of `DbFlag`. */
  readonly flags: number;
  readonly buffers: bigint;
  readonly records: bigint;
  readonly name: string;
}

/** A record to write: its value with the header in front. */
export interface StoredRecord {
  readonly key: Uint8Array;
  readonly stored: Uint8Array;
}

/** The bytes of a backup: a header, then buffers of records. */
export function writeBackup(
  about: Pick<BackupHeader, "time_s" | "flags" | "name"> & { readonly dbId: number },
  records: Iterable<StoredRecord>,
): Uint8Array<ArrayBuffer>[] {
  const writer = new RecordBufferWriter(about.dbId);
  const buffers: Uint8Array<ArrayBuffer>[] = [];
  let count = 0n;
  const flush = () => buffers.push(buffer(writer.count, writer.finish()));
  for (const { key, stored } of records) {
    writer.append(key, stored);
    count++;
    if (writer.size >= BACKUP_BUFFER_LIMIT_BYTES) flush();
  }
  if (writer.count > 0) flush();
  return [header(about, BigInt(buffers.length), count), ...buffers];
}

function header(
  { time_s, flags, name }: Pick<BackupHeader, "time_s" | "flags" | "name">,
  buffers: bigint,
  records: bigint,
): Uint8Array<ArrayBuffer> {
  const w = new ByteWriter(HEADER_SIZE);
  for (const value of [VERSION, time_s, BigInt(flags), buffers, records]) w.u64(value);
  const bytes = new TextEncoder().encode(name).subarray(0, NAME_SIZE - 1);
  w.bytes(bytes);
  w.zeros(NAME_SIZE - bytes.length);
  return w.finish();
}

/** One buffer in the file: the record buffer's own head is widened to 16 bytes. */
function buffer(count: number, packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const records = packed.subarray(8);
  const w = new ByteWriter(BUFFER_HEADER_SIZE + records.length);
  w.bytes(packed.subarray(0, 4));
  w.u32(count);
  w.u64(BigInt(records.length));
  w.bytes(records);
  return w.finish();
}

/** The header of a backup. */
export function readBackupHeader(file: Uint8Array): BackupHeader {
  if (file.length < HEADER_SIZE) throw new BackupFileError("Read backup: too short", 0n);
  const r = new ByteReader(file.subarray(0, HEADER_SIZE));
  const version = r.u64();
  if (version !== VERSION) throw new BackupFileError(`Read backup: version ${version}`, version);
  const time_s = r.u64();
  const flags = Number(BigInt.asUintN(32, r.u64()));
  const buffers = r.u64();
  const records = r.u64();
  const name = new TextDecoder().decode(r.bytes(NAME_SIZE)).replace(/\0.*$/s, "");
  return { time_s, flags, buffers, records, name };
}

/**
 * What is wrong with a backup: reads all of it, and compares it with its header. Undefined when it
 * is whole.
 */
export function backupDamage(file: Uint8Array, header: BackupHeader): string | undefined {
  const { buffers, records } = header;
  let found = 0n;
  let end = HEADER_SIZE;
  try {
    for (const buffer of readBuffers(file, header)) {
      const bare = buffer.records.find(({ data }) => readRecordHeader(data) === undefined);
      if (bare !== undefined) return `record without a header, in the buffer at byte ${end}`;
      found += BigInt(buffer.records.length);
      end = buffer.end;
    }
  } catch (error) {
    if (!(error instanceof CtdbError)) throw error;
    return `${error.message}, after byte ${end} of ${file.length}`;
  }
  if (end < file.length) {
    return `${file.length - end} bytes behind the ${buffers} buffers that its header counts`;
  }
  return found === records ? undefined : `${found} records, and its header counts ${records}`;
}

/**
 * The buffers of a backup, one after the other, each with the place in the file where it ends.
 * Throws when the file ends before the last.
 */
export function* readBuffers(
  file: Uint8Array,
  { buffers }: BackupHeader,
): Generator<RecordBuffer & { readonly end: number }> {
  let at = HEADER_SIZE;
  for (let i = 0n; i < buffers; i++) {
    if (file.length - at < BUFFER_HEADER_SIZE) throw new BackupFileError("Read backup: cut off");
    const r = new ByteReader(file.subarray(at, at + BUFFER_HEADER_SIZE));
    const dbId = r.u32();
    const count = r.u32();
    const length = r.u64();
    at += BUFFER_HEADER_SIZE;
    if (length > LARGEST_BACKUP_BUFFER_BYTES || BigInt(file.length - at) < length) {
      throw new BackupFileError("Read backup: cut off");
    }
    const end = at + Number(length);
    yield { dbId, records: readRecords(file.subarray(at, end), count), end };
    at = end;
  }
}

function readRecords(bytes: Uint8Array, count: number): RecordBuffer["records"] {
  const records: RecordBuffer["records"][number][] = [];
  const r = new ByteReader(bytes);
  while (r.remaining > 0 && records.length < count) records.push(marshalledRecord.read(r));
  if (r.remaining > 0 || records.length < count) {
    throw new BackupFileError(`Read backup, records in buffer: ${records.length} of ${count}`);
  }
  return records;
}

/** A record buffer as it is pushed to a node, with the id of the database that it goes to. */
export function packForPush(dbId: number, { records }: RecordBuffer): Uint8Array {
  const writer = new RecordBufferWriter(dbId);
  for (const { key, data } of records) writer.append(key, data);
  return writer.finish();
}
