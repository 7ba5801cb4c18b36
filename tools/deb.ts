/**
 * `deno task deb [--output DIR] [--level N]`: builds the Debian package `ctdb-deno`.
 *
 * What `deno task install --prefix /usr` puts in place, with manual pages, completion, rotation of the
 * log and the scripts of `packaging/debian`. The configuration that an administrator writes is not in
 * it: so nothing asks when it takes the place of Debian's `ctdb`. Whom it says to write to is in the
 * environment, DEBFULLNAME and DEBEMAIL.
 *
 * @module
 */
import { resolve } from "node:path";
import { ROOT, say } from "./console.ts";
import { documentPackage } from "./deb/documents.ts";
import { describePackage } from "./deb/metadata.ts";
import { stageTree } from "./deb/tree.ts";
import { capture } from "./run.ts";
import { runTask, UsageError } from "./task.ts";

/** Where the package goes and how small it becomes. */
export interface DebOptions {
  readonly output: string;
  /** Of xz, 0 to 9. */
  readonly level: number;
}

/** The package could not be built. */
export class DebError extends Error {}

/** Builds the package; returns the path of the file. */
export async function buildDeb({ output, level }: DebOptions): Promise<string> {
  const work = await Deno.makeTempDir({ prefix: "ctdb-deb-" });
  try {
    // Whoever reads the package finds what stands in the tree: nothing may depend on our umask.
    await Deno.chmod(work, 0o755);
    const tree = `${work}/tree`;
    await stageTree(tree);
    await documentPackage(tree);
    const { fileName } = await describePackage(tree);
    await Deno.mkdir(output, { recursive: true });
    const path = `${output}/${fileName}`;
    await pack(tree, path, level);
    return path;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function pack(tree: string, path: string, level: number): Promise<void> {
  const command = ["dpkg-deb", "--root-owner-group", "-Zxz", `-z${level}`, "--build", tree, path];
  const { success, output } = await capture(command, { env: await sourceDate() });
  if (!success) throw new DebError(`Build package: ${path}: ${output.trim()}`);
}

/** The same source gives the same package: its times are those of the last commit. */
async function sourceDate(): Promise<Record<string, string>> {
  const { success, output } = await capture(["git", "log", "-1", "--format=%ct"], { cwd: ROOT });
  return success ? { SOURCE_DATE_EPOCH: output.trim() } : {};
}

if (import.meta.main) {
  await runTask({
    name: "deb",
    about: "Builds the Debian package.",
    options: {
      output: { type: "string", value: "DIR", help: "where the package goes", default: "dist" },
      level: {
        type: "string",
        value: "N",
        help: "how hard it is compressed, 0 to 9",
        default: "6",
      },
    },
  }, async ({ output, level }) => {
    if (!/^\d$/.test(level)) throw new UsageError(`--level: '${level}': must be 0 to 9`);
    const path = await buildDeb({ output: resolve(ROOT, output), level: Number(level) });
    say(`Made ${path}: ${(await Deno.stat(path)).size} bytes`);
    return 0;
  });
}
