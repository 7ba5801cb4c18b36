/** The system's C library; it is in the process anyway, so it is never closed. */
const FILE = "libc.so.6";

/** Functions of the C library, as they were declared. */
export type LibcFunctions<S extends Deno.ForeignLibraryInterface> =
  Deno.StaticForeignLibraryInterface<S>;

/**
 * Functions of the C library for which Deno has no name. They are looked up at the first call of
 * what is returned, so that a module that declares some costs nothing. Little-endian 64-bit Linux.
 *
 * @example
 * ```ts ignore
 * const libc = libcFunctions({ getppid: { parameters: [], result: "i32" } });
 * libc().getppid();
 * ```
 */
export function libcFunctions<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): () => LibcFunctions<S> {
  let opened: LibcFunctions<S> | undefined;
  return () => {
    if (opened !== undefined) return opened;
    // Before any call can fail: looking it up afterwards would change it.
    errnoView ??= viewOfErrno();
    return opened = Deno.dlopen(FILE, symbols).symbols;
  };
}

let errnoView: Deno.UnsafePointerView | undefined;

function viewOfErrno(): Deno.UnsafePointerView {
  const { symbols } = Deno.dlopen(FILE, {
    __errno_location: { parameters: [], result: "pointer" },
  });
  return new Deno.UnsafePointerView(symbols.__errno_location()!);
}

/**
 * `errno` of the last function of {@link libcFunctions} that failed on this thread, if it was no
 * `nonblocking` one. To be asked before anything else is called.
 */
export function errno(): number {
  errnoView ??= viewOfErrno();
  return errnoView.getInt32();
}

const encoder = new TextEncoder();

/** A text as C has it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}
