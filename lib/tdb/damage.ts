import { TdbError } from "./errors.ts";

/** What libtdb says of a file that is no database, or whose header promises more than there is. */
const DAMAGED = [5, 22]; // EIO, EINVAL

/**
 * Whether an error of `openTdb` means that the content of the file is at fault. Everything else,
 * such as missing rights, descriptors or memory, or a disk that cannot be read, says nothing about
 * the content.
 */
export function isDamaged(error: unknown): boolean {
  if (!(error instanceof TdbError) || error.operation !== "open") return false;
  return DAMAGED.includes(error.system?.errno ?? 0) && isReadable(error.file);
}

function isReadable(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    file.readSync(new Uint8Array(1));
    return true;
  } catch {
    return false;
  }
}
