import { TdbError } from "./errors.ts";

/*
 * POSIX byte-range locks belong to the process, and closing any descriptor of a file drops them
 * all. A second open of a TDB, even one that libtdb refuses, would do just that, so it is refused
 * here before a descriptor exists. The file is found by stat(2), which opens nothing.
 */

/** Reads bytes of an open file through the descriptor that libtdb has; short at the end of it. */
export type OpenFileReader = (offset: number, size: number) => Uint8Array;

const openFiles = new Map<string, { readonly path: string; readonly read: OpenFileReader }>();

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    // Whatever else is wrong with the path is for libtdb to say.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** What identifies the file at `path`, or `undefined` when there is none. */
function identity(path: string): string | undefined {
  const info = stat(path);
  return info === undefined ? undefined : `${info.dev}:${info.ino}`;
}

/** Size of the file at `path` in bytes; 0 when there is none. */
export function fileSize(path: string): number {
  return stat(path)?.size ?? 0;
}

function find(path: string) {
  const id = identity(path);
  return id === undefined ? undefined : openFiles.get(id);
}

/** Throws unless the file at `path` is not open in this process. */
export function assertNotOpen(path: string): void {
  const other = find(path);
  if (other !== undefined) {
    throw new TdbError(`open (already open in this process as ${other.path})`, path, "EINVAL");
  }
}

/** Notes that `path` is open now; the result takes the note back. */
export function registerOpenFile(path: string, read: OpenFileReader): () => void {
  const id = identity(path);
  if (id === undefined) return () => {};
  openFiles.set(id, { path, read });
  return () => openFiles.delete(id);
}

/** Calls `use` with a reader of the file that drops no locks of this process. */
export function readingFile<T>(path: string, use: (read: OpenFileReader) => T): T {
  const open = find(path);
  if (open !== undefined) return use(open.read);
  using file = Deno.openSync(path);
  return use((offset, size) => {
    file.seekSync(offset, Deno.SeekMode.Start);
    const buffer = new Uint8Array(size);
    let filled = 0;
    for (;;) {
      const got = file.readSync(buffer.subarray(filled));
      if (got === null || got === 0) return buffer.subarray(0, filled);
      filled += got;
    }
  });
}
