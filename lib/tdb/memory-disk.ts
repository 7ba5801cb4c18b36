import type { Random } from "../base/mod.ts";
import { TdbError } from "./errors.ts";
import { TdbOpenFlag } from "./flags.ts";
import { type MemoryOpenOptions, MemoryTdbFile } from "./memory-file.ts";
import type { Tdb } from "./tdb.ts";

/** A machine's TDB files, in memory: they outlive the processes that open them. */
export class MemoryTdbDisk {
  readonly #files = new Map<string, MemoryTdbFile>();

  /** As `openTdb`: creates the file when `openFlags` say so. */
  open(path: string, options: MemoryOpenOptions = {}): Tdb {
    const how = options.openFlags ?? TdbOpenFlag.RDWR | TdbOpenFlag.CREAT;
    let file = this.#files.get(path);
    if (file === undefined) {
      if ((how & TdbOpenFlag.CREAT) === 0) {
        throw new TdbError("open", path, "NOEXIST", {
          errno: 2,
          text: "No such file or directory",
        });
      }
      this.#files.set(path, file = new MemoryTdbFile(path, options));
    } else if ((how & TdbOpenFlag.EXCL) !== 0) {
      throw new TdbError("open", path, "EXISTS", { errno: 17, text: "File exists" });
    }
    return file.open(options);
  }

  /** The file at `path`, for its locks and its fate. */
  file(path: string): MemoryTdbFile | undefined {
    return this.#files.get(path);
  }

  /** The paths of all files, sorted. */
  paths(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  /** Unlinks a file; handles that are open go on with it. */
  remove(path: string): boolean {
    return this.#files.delete(path);
  }

  /** Gives a file another name; handles that are open go on with it. */
  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined) throw new TdbError("rename", from, "NOEXIST");
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  /** See {@link MemoryTdbFile.powerLoss}. */
  powerLoss(random?: Random): void {
    for (const file of this.#files.values()) file.powerLoss(random);
  }
}
