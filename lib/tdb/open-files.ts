import { TdbError } from "./errors.ts";

/*
 * POSIX byte-range locks belong to the process, and closing any descriptor of a file drops them
 * all. A second open of a TDB, even one that libtdb refuses, would do just that, so it is refused
 * here before a descriptor exists. The file is found by stat(2), which opens nothing.
 */
const openFiles = new Map<string, string>();

/** What identifies the file at `path`, or `undefined` when there is none. */
function identity(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch (error) {
    // Whatever else is wrong with the path is for libtdb to say.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** Throws unless the file at `path` is not open in this process. */
export function assertNotOpen(path: string): void {
  const id = identity(path);
  const other = id === undefined ? undefined : openFiles.get(id);
  if (other !== undefined) {
    throw new TdbError(`open (already open in this process as ${other})`, path, "EINVAL");
  }
}

/** Notes that `path` is open now; the result takes the note back. */
export function registerOpenFile(path: string): () => void {
  const id = identity(path);
  if (id === undefined) return () => {};
  openFiles.set(id, path);
  return () => openFiles.delete(id);
}
