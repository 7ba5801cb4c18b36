import { ROOT } from "./console.ts";
import { capture } from "./run.ts";
import { UsageError } from "./task.ts";

/**
 * The files that are there and differ from where the branch left `base`, committed or not, as paths
 * from the root.
 */
export async function changedFiles(base: string): Promise<string[]> {
  const fork = (await git("merge-base", "HEAD", base)).trim();
  const texts = await Promise.all([
    git("diff", "--name-only", "--diff-filter=d", fork),
    git("ls-files", "--others", "--exclude-standard"),
  ]);
  return [...new Set(texts.flatMap((text) => text.split("\n")).filter((line) => line !== ""))];
}

async function git(...args: string[]): Promise<string> {
  const { success, output } = await capture(["git", ...args], { cwd: ROOT });
  if (!success) throw new UsageError(`git ${args.join(" ")}: ${output.trim()}`);
  return output;
}
