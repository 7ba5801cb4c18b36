import { capture } from "../tools/run.ts";
import { ROOT } from "../tools/console.ts";
import { UsageError } from "../tools/task.ts";
import { type DaemonKind, fromTree } from "../testing/cluster/cluster.ts";

/** A revision of ours in a directory of its own, gone with its disposal. */
export interface CheckedOut extends AsyncDisposable {
  readonly kind: DaemonKind;
}

/** Checks a revision out. Throws a `UsageError` for one that git does not know. */
export async function checkOut(revision: string): Promise<CheckedOut> {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-bench-" });
  const tree = `${directory}/tree`;
  const { success, output } = await git("worktree", "add", "--detach", tree, revision);
  if (!success) {
    await Deno.remove(directory, { recursive: true });
    throw new UsageError(`--compare: ${revision}: ${output.trim()}`);
  }
  return {
    kind: fromTree(tree, revision),
    async [Symbol.asyncDispose]() {
      await git("worktree", "remove", "--force", tree);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function git(...args: string[]) {
  return capture(["git", ...args], { cwd: ROOT });
}
