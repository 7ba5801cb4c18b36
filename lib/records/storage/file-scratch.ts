import { errnoText, libcFunctions } from "../../base/mod.ts";
import { MAX_SCRATCH_MEMORY_BYTES } from "../../limits/mod.ts";
import { RecordsError } from "../errors.ts";
import type { Scratch } from "./scratch.ts";

const libc = libcFunctions({
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  posix_fallocate: { parameters: ["i32", "i64", "i64"], result: "i32" },
  mmap: { parameters: ["pointer", "u64", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "u64"], result: "i32" },
});

const O_RDWR = 2;
const O_CREAT_EXCL = 0o300;
const O_CLOEXEC = 0o2000000;
/** A file without a name, gone with its last descriptor; with O_DIRECTORY, as Linux wants it. */
const O_TMPFILE = 0o20200000;
const MODE = 0o600;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_ANONYMOUS = 0x20;
const PAGE_BYTES = 4096;

interface Mapping {
  readonly address: Deno.PointerObject;
  readonly length: number;
}

/** A file without a name, which grows. */
interface ScratchFile {
  readonly directory: string;
  readonly fd: number;
  size: number;
}

/**
 * {@link Scratch} in files without names: their pages are the files', so that the kernel can write them
 * out, and they are gone with the process, however it ends. A disk that is full shall not keep a
 * cluster from recovering: then the next directory is taken, and in the end some memory.
 */
export class FileScratch implements Scratch {
  readonly #directories: readonly string[];
  readonly #mappings: Mapping[] = [];
  /** One for each directory that had room; it is the last that grows. */
  readonly #files: ScratchFile[] = [];
  /** Why directories were given up, in their order. */
  readonly #reasons: string[] = [];
  #memory_bytes = 0;

  /** @param directories where files are made, at the first allocation; the first that has room */
  constructor(directories: readonly string[]) {
    this.#directories = directories;
  }

  allocate(wanted: number): Uint8Array {
    const length = Math.max(1, Math.ceil(wanted / PAGE_BYTES)) * PAGE_BYTES;
    const mapping = this.#inFile(length) ?? this.#inMemory(length);
    this.#mappings.push(mapping);
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(mapping.address, wanted));
  }

  release(): void {
    for (const { address, length } of this.#mappings.splice(0)) {
      libc().munmap(address, BigInt(length));
    }
    for (const { fd } of this.#files.splice(0)) libc().close(fd);
    this.#reasons.length = 0;
    this.#memory_bytes = 0;
  }

  /** In the first directory that has not been given up; `undefined` when all have been. */
  #inFile(length: number): Mapping | undefined {
    for (const directory of this.#directories.slice(this.#reasons.length)) {
      try {
        return grow(this.#fileIn(directory), length);
      } catch (error) {
        if (!(error instanceof RecordsError)) throw error;
        this.#reasons.push(error.message);
      }
    }
    return undefined;
  }

  #fileIn(directory: string): ScratchFile {
    const last = this.#files.at(-1);
    if (last?.directory === directory) return last;
    const file = { directory, fd: open(directory), size: 0 };
    this.#files.push(file);
    return file;
  }

  #inMemory(length: number): Mapping {
    if (this.#memory_bytes + length > MAX_SCRATCH_MEMORY_BYTES) {
      throw new RecordsError(this.#reasons.join("; "));
    }
    const mapping = map(length, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    this.#memory_bytes += length;
    return mapping;
  }
}

function grow(file: ScratchFile, length: number): Mapping {
  // Room first: a page that cannot be had later would be a signal and not an error.
  const failed = libc().posix_fallocate(file.fd, BigInt(file.size), BigInt(length));
  if (failed !== 0) {
    throw new RecordsError(
      `Room for a recovery in ${file.directory}: ${length} bytes: ${errnoText(failed)}`,
    );
  }
  const mapping = map(length, MAP_SHARED, file.fd, file.size);
  file.size += length;
  return mapping;
}

function map(length: number, flags: number, fd: number, at: number): Mapping {
  const address = libc().mmap(null, BigInt(length), PROT_READ_WRITE, flags, fd, BigInt(at));
  if (address === null || Deno.UnsafePointer.value(address) === 0xffff_ffff_ffff_ffffn) {
    throw new RecordsError(`Map room for a recovery: ${length} bytes at ${at}: refused`);
  }
  return { address, length };
}

function open(directory: string): number {
  const path = (text: string) => new TextEncoder().encode(`${text}\0`);
  const nameless = libc().open(path(directory), O_TMPFILE | O_RDWR | O_CLOEXEC, MODE);
  if (nameless >= 0) return nameless;
  // Not every file system has such files.
  const name = path(`${directory}/recovery.${Deno.pid}.tmp`);
  libc().unlink(name);
  const fd = libc().open(name, O_CREAT_EXCL | O_RDWR | O_CLOEXEC, MODE);
  libc().unlink(name);
  if (fd < 0) throw new RecordsError(`Make a file for a recovery in ${directory}: refused`);
  return fd;
}
