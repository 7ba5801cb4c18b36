import { statfs } from "node:fs/promises";
import type { DiskFacts } from "./facts.ts";
import { mountOf } from "./file-system.ts";
import { withinLimit } from "./limit.ts";

/** A file system that takes longer than this for the question hangs: that is another finding. */
const PATIENCE_MS = 2000;

/** Looks at the file systems of directories, each once; `uses` are texts such as `what: directory`. */
export async function lookAtDisks(
  directories: readonly { readonly use: string; readonly path: string }[],
): Promise<readonly DiskFacts[]> {
  const mounts = await Deno.readTextFile("/proc/self/mountinfo").catch(() => "");
  const disks = new Map<string, DiskFacts & { readonly uses: string[] }>();
  for (const { use, path } of directories) {
    const seen = await withinLimit(lookAt(path), PATIENCE_MS).catch(() => undefined);
    if (seen === undefined) continue;
    const mountedOn = mountOf(seen.real, mounts)?.mountedOn ?? path;
    const disk = disks.get(mountedOn) ?? { ...seen, mountedOn, uses: [] };
    disk.uses.push(`${use}: ${path}`);
    disks.set(mountedOn, disk);
  }
  return [...disks.values()];
}

async function lookAt(path: string) {
  const real = await Deno.realPath(path);
  const { bsize, blocks, bfree, files, ffree } = await statfs(real);
  return {
    real,
    // What is kept for root counts: the daemon is root's.
    free_bytes: bfree * bsize,
    total_bytes: blocks * bsize,
    // Where files are not counted there is no end of them.
    freeFiles: files === 0 ? Infinity : ffree,
  };
}
