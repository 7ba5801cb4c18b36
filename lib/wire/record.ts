import { at, type Codec, list, struct } from "./codec.ts";
import { ByteWriter } from "./bytes.ts";
import { WireError } from "./errors.ts";
import { putU32, putU64, u32At, u64At } from "./little-endian.ts";
import { blobn, u32 } from "./primitives.ts";

/** Size in bytes of the header in front of every record's value. */
export const RECORD_HEADER_SIZE = 24;

/** What a node knows of a record besides its data (wire.md 7.1). */
export interface RecordHeader {
  /** Record sequence number: which of two copies is newer. */
  readonly rsn: bigint;
  /** Pnn of the node that holds the truth. */
  readonly dmaster: number;
  /** Bits of `RecordFlag`. */
  readonly flags: number;
}

/** Record header, 24 bytes. Spelt out, as every open of a file has some. */
export const recordHeader: Codec<RecordHeader> = {
  minSize: RECORD_HEADER_SIZE,
  write(w, { rsn, dmaster, flags }) {
    w.u64(rsn);
    w.u32(dmaster);
    w.zeros(4);
    w.u32(flags);
    w.zeros(4);
  },
  read(r) {
    const rsn = r.u64();
    const dmaster = r.u32();
    r.skip(4);
    const flags = r.u32();
    r.skip(4);
    return { rsn, dmaster, flags };
  },
};

/**
 * The header of the stored value at `at`, read without a reader: this is the hot path of every call.
 * Undefined when the value is shorter than a header, which counts as a missing record.
 */
export function readRecordHeader(value: Uint8Array, at = 0): RecordHeader | undefined {
  if (value.byteLength - at < RECORD_HEADER_SIZE) return undefined;
  return { rsn: u64At(value, at), dmaster: u32At(value, at + 8), flags: u32At(value, at + 16) };
}

/** The data of a stored value, without its header; a view. Empty when the value is too short. */
export function recordData(value: Uint8Array): Uint8Array {
  return value.subarray(RECORD_HEADER_SIZE);
}

/** A value to store: header and data in one allocation. */
export function recordValue(header: RecordHeader, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(RECORD_HEADER_SIZE + data.byteLength);
  writeRecordHeader(value, header);
  value.set(data, RECORD_HEADER_SIZE);
  return value;
}

/** The header of the value that begins at `at`. */
export function writeRecordHeader(target: Uint8Array, header: RecordHeader, at = 0): void {
  putU64(target, at, header.rsn);
  putU32(target, at + 8, header.dmaster);
  putU32(target, at + 12, 0);
  putU32(target, at + 16, header.flags);
  putU32(target, at + 20, 0);
}

/** A record on its way (10.5). Whether `data` starts with a header is implied by the user. */
export interface MarshalledRecord {
  /** 0 except in traversals; ignored. */
  readonly reqid: number;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

const FIXED_PART = 16;

/** Marshalled record: `length` counts itself, 16 + key + data. */
export const marshalledRecord: Codec<MarshalledRecord> = {
  minSize: FIXED_PART,
  write(w, { reqid, key, data }) {
    w.u32(FIXED_PART + key.byteLength + data.byteLength);
    w.u32(reqid);
    w.u32(key.byteLength);
    w.u32(data.byteLength);
    w.bytes(key);
    w.bytes(data);
  },
  read(r) {
    const length = r.u32();
    const reqid = r.u32();
    const keylen = r.u32();
    const datalen = r.u32();
    if (length !== FIXED_PART + keylen + datalen) {
      throw new WireError("count", `read record of ${length}: key ${keylen}, data ${datalen}`);
    }
    return { reqid, key: r.bytes(keylen), data: r.bytes(datalen) };
  },
};

/** Records of one database (10.5). */
export interface RecordBuffer {
  readonly dbId: number;
  readonly records: readonly MarshalledRecord[];
}

/** Record buffer: `u32 db_id`, `u32 count`, the records back to back. */
export const recordBuffer: Codec<RecordBuffer> = struct<RecordBuffer>({
  dbId: at(0, u32),
  records: at(4, list(marshalledRecord)),
});

/** Sees one record of a buffer by where it lies: key in [key, data), data in [data, end). */
export type RecordPlaceVisitor = (key: number, data: number, end: number) => void;

/**
 * Walks over a record buffer without an object for each record: for buffers of a recovery, which hold
 * many. What the records hold is the visitor's to look at.
 *
 * @returns the database and the number of records
 * @throws {WireError} the buffer is not what it says; records before the fault have been visited
 */
export function walkRecordBuffer(
  bytes: Uint8Array,
  visit: RecordPlaceVisitor = () => {},
): { readonly dbId: number; readonly count: number } {
  const size = bytes.byteLength;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  if (size < 8) throw new WireError("truncated", `read record buffer: ${size} bytes`);
  const count = view.getUint32(4, true);
  let at = 8;
  for (let i = 0; i < count; i++) {
    if (size - at < FIXED_PART) {
      throw new WireError("truncated", `read record ${i} of ${count}: ${size - at} bytes left`);
    }
    const length = view.getUint32(at, true);
    const keylen = view.getUint32(at + 8, true);
    const datalen = view.getUint32(at + 12, true);
    if (length !== FIXED_PART + keylen + datalen) {
      throw new WireError("count", `read record of ${length}: key ${keylen}, data ${datalen}`);
    }
    if (length > size - at) {
      throw new WireError("truncated", `read record of ${length}: ${size - at} bytes left`);
    }
    visit(at + FIXED_PART, at + FIXED_PART + keylen, at + length);
    at += length;
  }
  if (at < size) {
    throw new WireError("trailing", `decode: ${size - at} bytes left over after ${at}`);
  }
  return { dbId: view.getUint32(0, true), count };
}

/** Fills a record buffer record by record: what recovery, vacuuming and commits send. */
export class RecordBufferWriter {
  readonly #dbId: number;
  #w = new ByteWriter(1024);
  #count = 0;

  constructor(dbId: number) {
    this.#dbId = dbId;
    this.#start();
  }

  /** Records since the last {@link finish}. */
  get count(): number {
    return this.#count;
  }

  /** Bytes since the last {@link finish}; compare with `RecBufferSizeLimit`. */
  get size(): number {
    return this.#w.offset;
  }

  /** Adds a record; `data` with its header if the user of the buffer wants one. Copies both. */
  append(key: Uint8Array, data: Uint8Array, reqid = 0): void {
    marshalledRecord.write(this.#w, { reqid, key, data });
    this.#count++;
  }

  /** Adds the record with key in [key, data) of `bytes` and data in [data, end). Copies both. */
  appendPlaced(bytes: Uint8Array, key: number, data: number, end: number): void {
    this.#w.fourU32(FIXED_PART + end - key, 0, data - key, end - data);
    this.#w.copy(bytes, key, end);
    this.#count++;
  }

  /** The buffer as it is, which lies in the writer's memory until {@link restart}. */
  peek(): Uint8Array<ArrayBuffer> {
    this.#w.patchU32(4, this.#count);
    return this.#w.finish();
  }

  /** Starts an empty buffer in the same memory. */
  restart(): void {
    this.#w.restart();
    this.#count = 0;
    this.#start();
  }

  /** The finished buffer; the writer starts an empty one. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.peek();
    // The next one will be about as large.
    this.#w = new ByteWriter(Math.max(1024, bytes.byteLength));
    this.#count = 0;
    this.#start();
    return bytes;
  }

  #start(): void {
    this.#w.u32(this.#dbId);
    this.#w.u32(0);
  }
}

/** A record that its owner puts on all nodes (next.md 2.1). */
export interface PushedRecord {
  /** Of the vnn map, at the sender. */
  readonly generation: number;
  readonly dbId: number;
  readonly header: RecordHeader;
  readonly key: Uint8Array;
  /** Without the header. */
  readonly value: Uint8Array;
}

/** Pushed record: generation, `u32 db_id`, record header at 8, key at 32, value behind it. */
export const pushedRecord: Codec<PushedRecord> = struct<PushedRecord>({
  generation: at(0, u32),
  dbId: at(4, u32),
  header: at(8, recordHeader),
  key: at(32, blobn),
  value: blobn,
});

/** What SCHEDULE_FOR_DELETION names (10.15). */
export interface KeyData {
  readonly dbId: number;
  readonly header: RecordHeader;
  readonly key: Uint8Array;
}

/**
 * Key data: `u32 db_id`, pad, record header at 8, `u32 keylen` at 32, key at 36. Spelt out, as every
 * close of a file sends some.
 */
export const keyData: Codec<KeyData> = {
  minSize: 8 + RECORD_HEADER_SIZE + blobn.minSize,
  write(w, { dbId, header, key }) {
    w.u32(dbId);
    w.zeros(4);
    recordHeader.write(w, header);
    blobn.write(w, key);
  },
  read(r) {
    const dbId = r.u32();
    r.skip(4);
    return { dbId, header: recordHeader.read(r), key: blobn.read(r) };
  },
};
