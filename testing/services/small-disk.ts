import { mustRun } from "../process/command.ts";

/** A file system of its own that is soon full. */
export class SmallDisk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Whether this process may mount one. */
  static available(): boolean {
    if (Deno.uid() !== 0) return false;
    try {
      SmallDisk.mount(4096)[Symbol.dispose]();
      return true;
    } catch {
      return false;
    }
  }

  /** @throws {Error} it could not be mounted */
  static mount(size_bytes: number): SmallDisk {
    const path = Deno.makeTempDirSync({ prefix: "ctdb-small-disk-" });
    const options = `size=${size_bytes},mode=755`;
    run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
    return new SmallDisk(path);
  }

  [Symbol.dispose](): void {
    run("umount", "-l", this.path);
    Deno.removeSync(this.path);
  }
}

function run(program: string, ...args: string[]): void {
  mustRun([program, ...args]);
}
