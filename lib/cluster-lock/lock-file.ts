import { cString, Errno, errno } from "../base/mod.ts";
import { LockError, SystemCallError } from "./errors.ts";
import { lockLibc } from "./libc.ts";
import { FlockBuffer, LockCommand, LockType } from "./record-lock.ts";

/** O_RDWR | O_CREAT | O_CLOEXEC: the lock must not outlive us in a child. */
const OPEN_FLAGS = 0o2 | 0o100 | 0o2000000;
const FILE_MODE = 0o600;

/** The byte whose holder has the cluster lock; the same one as the C helper's. */
const LOCK_BYTE = 0;
/** The byte that is locked for a moment to see that the lock manager still answers. */
const CHECK_BYTE = 1;

/**
 * The file of the default cluster lock (`cluster.md` 6.7): who has a write lock on its byte 0 is
 * the leader.
 *
 * A process must open the file once only and never open it in any other way: closing *any*
 * descriptor of a file drops all record locks that the process has on it.
 */
export class LockFile {
  readonly path: string;
  readonly #fd: number;
  readonly #identity: string;
  /** Kept alive by the object while a thread of the pool uses it. */
  readonly #checkRecord = new FlockBuffer();
  #closed = false;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
    this.#identity = identity(Deno.statSync(`/proc/self/fd/${fd}`));
  }

  /** Opens or creates the file. @throws {SystemCallError} */
  static open(path: string): LockFile {
    const fd = lockLibc().open(cString(path), OPEN_FLAGS, FILE_MODE);
    if (fd < 0) throw new SystemCallError(`open "${path}"`, errno());
    return new LockFile(path, fd);
  }

  /** Takes the lock if nobody has it. @throws {SystemCallError} what is not contention */
  tryTake(): boolean {
    return this.#trySet(LockType.WRITE, LOCK_BYTE);
  }

  /**
   * Whether the lock can still be relied on: the path must lead to the file that was opened, and
   * the file system must grant a lock. May take as long as the file system hangs; the wait is on
   * another thread.
   *
   * @throws {LockError} if not; the message says why, in the C helper's words
   */
  async check(): Promise<void> {
    const info = await Deno.stat(this.path).catch((error: unknown) => {
      throw new LockError(`lock file "${this.path}" open failed (ret=${openErrno(error)})`);
    });
    if (identity(info) !== this.#identity) {
      throw new LockError(`lock file "${this.path}" inode changed`);
    }
    await this.#waitFor(CHECK_BYTE);
    this.#trySet(LockType.UNLOCK, CHECK_BYTE);
  }

  /** Gives the lock up. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    lockLibc().close(this.#fd);
  }

  async #waitFor(byte: number): Promise<void> {
    this.#checkRecord.set(LockType.WRITE, byte, 1);
    const command = LockCommand.SET_WAIT;
    while (await lockLibc().fcntlBlocking(this.#fd, command, this.#checkRecord.bytes) !== 0) {
      // The error number stayed on the other thread. Asking again here either gets the lock, or
      // tells the error, or was a signal that interrupted the wait.
      if (this.#trySet(LockType.WRITE, byte)) return;
      this.#checkRecord.set(LockType.WRITE, byte, 1);
    }
  }

  /** False: somebody else has it. */
  #trySet(type: number, byte: number): boolean {
    const record = new FlockBuffer();
    record.set(type, byte, 1);
    if (lockLibc().fcntl(this.#fd, LockCommand.SET, record.bytes) === 0) return true;
    const reason = errno();
    if (reason === Errno.EACCES || reason === Errno.EAGAIN) return false;
    throw new SystemCallError(`lock byte ${byte} of "${this.path}"`, reason);
  }
}

function identity(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}

/** The number for what Deno made an error class of. */
function openErrno(error: unknown): number {
  if (error instanceof Deno.errors.NotFound) return Errno.ENOENT;
  if (error instanceof Deno.errors.PermissionDenied) return Errno.EACCES;
  const match = error instanceof Error ? /os error ([0-9]+)/.exec(error.message) : null;
  return match ? Number(match[1]) : 0;
}
