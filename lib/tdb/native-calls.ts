import { errnoText } from "../base/mod.ts";
import { TdbError, type TdbErrorCode, tdbErrorCode } from "./errors.ts";
import { tdbLibrary, type TdbSymbols } from "./library.ts";

/** Memory as FFI takes it. */
export type Bytes = Uint8Array<ArrayBuffer>;
type KeyFunction = (tdb: Deno.PointerValue, key: Bytes, size: bigint) => number;
type PlainFunction = (tdb: Deno.PointerValue) => number;

const EMPTY: Bytes = new Uint8Array(8).subarray(0, 0);
/** Linux numbers of the `errno` values by which a lock says that somebody else has it. */
const BUSY: ReadonlySet<number> = new Set([11, /* EAGAIN */ 13, /* EACCES */ 35 /* EDEADLK */]);

/** An empty array has no address, and in a transaction libtdb does not store a key without one. */
export function pointerTo(bytes: Uint8Array): Bytes {
  return bytes.length === 0 ? EMPTY : bytes as Bytes;
}

/** Lengths as FFI wants them: to make a BigInt costs more than such a call. */
const SIZES: readonly bigint[] = Array.from({ length: 1024 }, (_, size) => BigInt(size));

export function sizeOf(length: number): bigint {
  return SIZES[length] ?? BigInt(length);
}

/**
 * An open file of libtdb, as far as calls of it go: the handle, what a call that failed says, and the
 * shapes that calls come in.
 */
export abstract class NativeCalls {
  readonly name: string;
  protected readonly tdb: TdbSymbols = tdbLibrary().tdb;
  readonly #errno = tdbLibrary().errno;
  #handle: Deno.PointerObject | undefined;

  constructor(name: string, handle: Deno.PointerObject) {
    this.name = name;
    this.#handle = handle;
  }

  get inTransaction(): boolean {
    return this.tdb.tdb_transaction_active(this.handleFor("transaction state"));
  }

  protected onKey(operation: string, call: KeyFunction, key: Uint8Array): void {
    this.assertDone(operation, call(this.handleFor(operation), pointerTo(key), sizeOf(key.length)));
  }

  protected tryOnKey(operation: string, call: KeyFunction, key: Uint8Array): boolean {
    const status = call(this.handleFor(operation), pointerTo(key), sizeOf(key.length));
    return status === 0 || this.isTaken(operation);
  }

  protected plain(operation: string, call: PlainFunction): void {
    this.assertDone(operation, call(this.handleFor(operation)));
  }

  protected tryPlain(operation: string, call: PlainFunction): boolean {
    return call(this.handleFor(operation)) === 0 || this.isTaken(operation);
  }

  /** libtdb sets no code when there is no transaction. */
  protected withinTransaction(operation: string, call: PlainFunction): void {
    if (!this.inTransaction) throw this.failure(operation, "EINVAL");
    if (call(this.handleFor(operation)) !== 0) throw this.writeError(operation, false);
  }

  /** When a file cannot grow libtdb leaves the code of its search for the record, or none, and no errno. */
  protected writeError(operation: string, mayMiss: boolean): TdbError {
    const error = this.lastError(operation);
    if ((error.code !== "NOEXIST" && error.code !== "SUCCESS") || mayMiss) return error;
    const errno = this.#errno[0]!;
    const text = errno === 0 ? "the disk may be full" : errnoText(errno);
    return new TdbError(operation, this.name, "IO", { errno, text });
  }

  /** Unlocking fails only when there is no lock, and libtdb does not always set a code for that. */
  protected unlockPlain(operation: string, call: PlainFunction): void {
    if (call(this.handleFor(operation)) !== 0) throw this.failure(operation, "NOLOCK");
  }

  protected unlockKey(operation: string, call: KeyFunction, key: Uint8Array): void {
    const status = call(this.handleFor(operation), pointerTo(key), sizeOf(key.length));
    if (status !== 0) throw this.failure(operation, "NOLOCK");
  }

  /** `false` after a call that failed because the lock is taken; throws after any other failure. */
  protected isTaken(operation: string): false {
    const code = this.lastCode();
    if ((code === "LOCK" || code === "NOLOCK") && BUSY.has(this.#errno[0]!)) return false;
    throw this.lastError(operation);
  }

  protected assertDone(operation: string, status: number): void {
    if (status !== 0) throw this.lastError(operation);
  }

  /** Why the last call failed. Errors are made only for failures, since making one is slow. */
  protected lastCode(): TdbErrorCode {
    return tdbErrorCode(this.tdb.tdb_error(this.#handle ?? null));
  }

  protected lastError(operation: string): TdbError {
    return this.failure(operation, this.lastCode());
  }

  protected failure(operation: string, code: TdbErrorCode): TdbError {
    const errno = this.#errno[0]!;
    const system = errno === 0 ? undefined : { errno, text: errnoText(errno) };
    return new TdbError(operation, this.name, code, system);
  }

  /** The handle for the next call, with `errno` cleared so that an old value is not taken for its. */
  protected handleFor(operation: string): Deno.PointerObject {
    this.#errno[0] = 0;
    if (this.#handle === undefined) throw new TdbError(`${operation} closed`, this.name, "EINVAL");
    return this.#handle;
  }

  protected get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** The handle for the last call: there is none for another. */
  protected takeHandle(): Deno.PointerObject {
    const handle = this.handleFor("close");
    this.#handle = undefined;
    return handle;
  }
}
