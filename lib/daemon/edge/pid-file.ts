import { CtdbError, errno, messageOf } from "../../base/mod.ts";
import { FlockBuffer, LockCommand, LockType } from "../../cluster-lock/mod.ts";
import { edgeLibc, processExists } from "./libc.ts";

/** O_RDWR, O_CREAT, O_NONBLOCK, O_CLOEXEC. */
const OPEN_FLAGS = 0o2 | 0o100 | 0o4000 | 0o2000000;
const FILE_MODE = 0o644;
const WHOLE_FILE = 0;

/** The pid file cannot be made, or another daemon has it. */
export class PidFileError extends CtdbError {}

/**
 * `ctdbd.pid`, locked for the life of the daemon (`cluster.md` 1.3). The lock, not the file, says
 * that a daemon runs: after a crash the file stays and the lock is gone.
 */
export class PidFile {
  readonly path: string;
  readonly #fd: number;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** @throws {PidFileError} the file cannot be written, or a live process holds it */
  static create(path: string, pid: number): PidFile {
    // A link would have us write over what it leads to.
    if (isSymlink(path)) remove(path);
    const file = PidFile.#open(path);
    try {
      file.#lock();
      if (!isShared(path)) {
        file.#fill(`${pid}\n`);
        return file;
      }
    } catch (error) {
      edgeLibc().close(file.#fd);
      throw error;
    }
    // Nobody has it locked, but it has another name.
    remove(path);
    edgeLibc().close(file.#fd);
    return PidFile.create(path, pid);
  }

  static #open(path: string): PidFile {
    const name = new TextEncoder().encode(`${path}\0`);
    const fd = edgeLibc().open(name, OPEN_FLAGS | noFollow(), FILE_MODE);
    if (fd < 0) throw new PidFileError(`Create pid file: ${path}: errno ${errno()}`);
    return new PidFile(path, fd);
  }

  /** Removes the file, then gives the lock up. */
  remove(): void {
    try {
      Deno.removeSync(this.path);
    } catch {
      // Somebody tidied up before us.
    }
    edgeLibc().close(this.#fd);
  }

  #lock(): void {
    const lock = new FlockBuffer();
    // Twice: the holder may have died between our first try and the question who it was.
    for (let attempt = 0; attempt < 2; attempt++) {
      lock.set(LockType.WRITE, 0, WHOLE_FILE);
      if (edgeLibc().fcntl(this.#fd, LockCommand.SET, lock.bytes) === 0) return;
      const holder = this.#holder();
      if (holder !== undefined && processExists(holder)) {
        throw new PidFileError(`Create pid file: ${this.path}: a daemon runs, pid ${holder}`);
      }
    }
    throw new PidFileError(`Create pid file: ${this.path}: it is locked`);
  }

  #holder(): number | undefined {
    // We have no lock on it yet, so that opening and closing the file drops none.
    const text = Deno.readTextFileSync(this.path).trim();
    const pid = Number(text);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  }

  #fill(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const written = edgeLibc().write(this.#fd, bytes, BigInt(bytes.length));
    if (
      Number(written) !== bytes.length || edgeLibc().ftruncate(this.#fd, BigInt(bytes.length)) !== 0
    ) {
      throw new PidFileError(`Write pid file: ${this.path}: errno ${errno()}`);
    }
  }
}

/** O_NOFOLLOW has another number on each architecture. */
function noFollow(): number {
  return Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;
}

function isSymlink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

function isShared(path: string): boolean {
  return (Deno.lstatSync(path).nlink ?? 1) > 1;
}

/** Throws {@link PidFileError} when that is not possible. */
function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    throw new PidFileError(`Remove link in place of pid file: ${path}: ${messageOf(error)}`);
  }
}
