import { libcFunctions } from "../../base/mod.ts";
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
const PAGE_BYTES = 4096;

interface Mapping {
  readonly address: Deno.PointerObject;
  readonly length: number;
}

/**
 * {@link Scratch} in a file without a name in a directory: its pages are the file's, so that the
 * kernel can write them out, and they are gone with the process, however it ends.
 */
export class FileScratch implements Scratch {
  readonly #directory: string;
  readonly #mappings: Mapping[] = [];
  #fd = -1;
  #size = 0;

  /** @param directory where the file is made, at the first allocation */
  constructor(directory: string) {
    this.#directory = directory;
  }

  allocate(wanted: number): Uint8Array {
    const length = Math.max(1, Math.ceil(wanted / PAGE_BYTES)) * PAGE_BYTES;
    if (this.#fd < 0) this.#fd = this.#open();
    // Room first: a page that cannot be had later would be a signal and not an error.
    const failed = libc().posix_fallocate(this.#fd, BigInt(this.#size), BigInt(length));
    if (failed !== 0) {
      throw new RecordsError(
        `Room for a recovery in ${this.#directory}: ${length} bytes: errno ${failed}`,
      );
    }
    const address = libc().mmap(
      null,
      BigInt(length),
      PROT_READ_WRITE,
      MAP_SHARED,
      this.#fd,
      BigInt(this.#size),
    );
    if (address === null || Deno.UnsafePointer.value(address) === 0xffff_ffff_ffff_ffffn) {
      throw new RecordsError(`Map room for a recovery: ${length} bytes at ${this.#size}: refused`);
    }
    this.#size += length;
    this.#mappings.push({ address, length });
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, wanted));
  }

  release(): void {
    for (const { address, length } of this.#mappings.splice(0)) {
      libc().munmap(address, BigInt(length));
    }
    if (this.#fd >= 0) libc().close(this.#fd);
    this.#fd = -1;
    this.#size = 0;
  }

  #open(): number {
    const directory = this.#directory;
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
}
