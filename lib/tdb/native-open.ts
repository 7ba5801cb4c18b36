import { errnoText } from "../base/mod.ts";
import { TdbError, type TdbErrorCode } from "./errors.ts";
import { readFileHeader } from "./file-header.ts";
import { TdbFlag, TdbOpenFlag } from "./flags.ts";
import { mutexesSupported, tdbLibrary } from "./library.ts";
import { loggingContext, logWhileOpening } from "./native-log.ts";
import { NativeTdb } from "./native-tdb.ts";
import { assertNotOpen, fileSize, type OpenFileReader, registerOpenFile } from "./open-files.ts";
import type { Tdb, TdbOpenOptions } from "./tdb.ts";

/**
 * Opens a TDB file through libtdb.
 *
 * All files must be used from the thread that opened them, and each is opened once per process:
 * a second open is refused with EINVAL, since closing it would drop the locks of the first.
 *
 * @throws {TdbError} when the file cannot be opened; a file that is not a TDB, or is one of another
 * kind, is left as it is.
 * @throws {TdbLibraryError} when libtdb is not installed.
 */
export function openTdb(path: string, options: TdbOpenOptions = {}): Tdb {
  const library = tdbLibrary();
  const flags = options.flags ?? TdbFlag.DEFAULT;
  const internal = (flags & TdbFlag.INTERNAL) !== 0;
  if (path.includes("\0")) throw new TdbError("open", JSON.stringify(path), "EINVAL");
  if (!internal) assertNotOpen(path);
  if (flags & TdbFlag.MUTEX_LOCKING) mutexesSupported(); // Else libtdb probes, and leaves traces.
  const handle = logWhileOpening(options.log, () =>
    library.tdb.tdb_open_ex(
      new TextEncoder().encode(`${path}\0`),
      options.hashSize ?? 0,
      flags,
      openFlags(path, options, flags),
      options.mode ?? 0o600,
      loggingContext(),
      null,
    ));
  if (handle === null) {
    const errno = library.errno[0]!;
    throw new TdbError("open", path, openErrorCode(errno), { errno, text: errnoText(errno) });
  }
  const read = internal ? undefined : descriptorReader(library.tdb.tdb_fd(handle));
  const unregister = read === undefined ? () => {} : registerOpenFile(path, read);
  const jenkins = read === undefined ? undefined : readFileHeader(read)?.jenkins;
  return new NativeTdb(path, handle, {
    log: options.log,
    hashFlags: jenkins ?? (flags & TdbFlag.INCOMPATIBLE_HASH) !== 0
      ? TdbFlag.INCOMPATIBLE_HASH
      : TdbFlag.DEFAULT,
    read,
    unregister,
  });
}

/**
 * Under CREAT libtdb makes a new database of any file whose header it does not like. What is there
 * may be the only copy of somebody's data, so CREAT is for files without content.
 */
function openFlags(path: string, options: TdbOpenOptions, flags: number): number {
  const wanted = options.openFlags ?? TdbOpenFlag.RDWR | TdbOpenFlag.CREAT;
  const mayEmpty = flags & (TdbFlag.CLEAR_IF_FIRST | TdbFlag.INTERNAL);
  if (mayEmpty || (wanted & (TdbOpenFlag.EXCL | TdbOpenFlag.TRUNC))) return wanted;
  return fileSize(path) > 0 ? wanted & ~TdbOpenFlag.CREAT : wanted;
}

/** Reads through libtdb's own descriptor, since closing another would drop the locks. */
function descriptorReader(descriptor: number): OpenFileReader {
  return (offset, size) => {
    const buffer = new Uint8Array(size);
    const { pread } = tdbLibrary().libc;
    const got = Number(pread(descriptor, buffer, BigInt(size), BigInt(offset)));
    return buffer.subarray(0, Math.max(0, got));
  };
}

/** A failed open leaves no handle to ask, only `errno`. */
function openErrorCode(errno: number): TdbErrorCode {
  switch (errno) {
    case 2: // ENOENT
      return "NOEXIST";
    case 12: // ENOMEM
      return "OOM";
    case 13: // EACCES
    case 30: // EROFS
      return "RDONLY";
    case 17: // EEXIST
      return "EXISTS";
    case 11: // EAGAIN
    case 16: // EBUSY
      return "LOCK";
    case 22: // EINVAL
      return "EINVAL";
    default:
      return "IO";
  }
}
