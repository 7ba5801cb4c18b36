/** TDB open flags (`records.md` 1.5); the flag word that DB_OPEN_FLAGS hands to clients. */
export const TdbFlag = {
  DEFAULT: 0,
  /** Empty the file when nobody else has it open with this flag. */
  CLEAR_IF_FIRST: 0x1,
  /** Keep the database in libtdb's own memory; there is no file. */
  INTERNAL: 0x2,
  /** Take no locks at all. */
  NOLOCK: 0x4,
  /** Use read and write instead of a shared mapping. */
  NOMMAP: 0x8,
  CONVERT: 0x10,
  BIGENDIAN: 0x20,
  /** Transactions do not wait for the disk. */
  NOSYNC: 0x40,
  /** Count every change in the file header. */
  SEQNUM: 0x80,
  /** Keep up to five dead records per chain for reuse. */
  VOLATILE: 0x100,
  ALLOW_NESTING: 0x200,
  DISALLOW_NESTING: 0x400,
  /** Hash keys with Jenkins lookup3 instead of the old TDB hash. */
  INCOMPATIBLE_HASH: 0x800,
  /** Lock chains with robust mutexes in the file; needs CLEAR_IF_FIRST. */
  MUTEX_LOCKING: 0x1000,
} as const;

/** `open(2)` flags, with the numbers that Linux gives them on x86-64 and AArch64. */
export const TdbOpenFlag = {
  RDONLY: 0,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
} as const;

/** The number of chains that libtdb gives a new file when it is asked for 0. */
export const DEFAULT_HASH_SIZE = 131;
