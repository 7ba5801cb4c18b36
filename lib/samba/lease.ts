import { SambaFormatError } from "./errors.ts";
import { type FileId, readFileId } from "./identities.ts";
import { NdrReader } from "./ndr-reader.ts";
import { type FileNames, readNamePointers, readNames } from "./share-mode-data.ts";

/** Bits of a lease's state. */
export const LeaseState = { READ: 1, HANDLE: 2, WRITE: 4 } as const;

/** A record of `leases.tdb` (`openfiles.md` 7). */
export interface Lease {
  readonly clientGuid: string;
  readonly leaseKey: readonly [bigint, bigint];
  /** Bits of {@link LeaseState}. */
  readonly state: number;
  readonly breaking: boolean;
  /** What the client was told to break to. */
  readonly breakingToRequested: number;
  /** What it has to break to. */
  readonly breakingToRequired: number;
  readonly version: number;
  readonly epoch: number;
  readonly files: readonly (FileNames & { readonly fileId: FileId })[];
}

const KEY_SIZE = 32;
const FILE_SIZE = 36;

/**
 * A record of `leases.tdb`; `undefined` for an empty one.
 *
 * @throws {SambaFormatError} it is no lease
 */
export function readLease(key: Uint8Array, value: Uint8Array): Lease | undefined {
  if (key.length !== KEY_SIZE) {
    throw new SambaFormatError(`Read a lease: a key of ${key.length} bytes`);
  }
  if (value.length === 0) return undefined;
  const id = new NdrReader(key);
  const clientGuid = id.guid();
  const leaseKey = [id.hyper(), id.hyper()] as const;
  const r = new NdrReader(value);
  const state = r.u32();
  const breaking = r.u8() !== 0;
  const breakingToRequested = r.u32();
  const breakingToRequired = r.u32();
  const version = r.u16();
  const epoch = r.u16();
  const files = readFiles(r, r.u32());
  if (r.remaining !== 0) throw new SambaFormatError(`Read a lease: ${r.remaining} bytes left over`);
  return {
    clientGuid,
    leaseKey,
    state,
    breaking,
    breakingToRequested,
    breakingToRequired,
    version,
    epoch,
    files,
  };
}

function readFiles(r: NdrReader, count: number): Lease["files"] {
  if (count * FILE_SIZE > r.remaining) {
    throw new SambaFormatError(`Read the files of a lease: ${count} in ${r.remaining} bytes`);
  }
  const heads = Array.from(
    { length: count },
    () => ({ fileId: readFileId(r), pointers: readNamePointers(r) }),
  );
  return heads.map(({ fileId, pointers }) => ({ fileId, ...readNames(r, pointers) }));
}
