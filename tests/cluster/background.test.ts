/** The edge of a daemon stands behind its core and behind others; what it starts does not. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";

const [SCHED_OTHER, SCHED_BATCH] = ["0", "3"];
/** Behind the name in `/proc/PID/stat`. */
const POLICY_FIELD = 38;
const WRITE_SCHEDULING = `#!/bin/sh
cat /proc/$$/stat >"$CTDB_BASE/seen.$1.new"
grep slice /proc/$$/sched >"$CTDB_BASE/slice.$1"
mv "$CTDB_BASE/seen.$1.new" "$CTDB_BASE/seen.$1"
exit 0
`;

function policyOf(stat: string): string {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[POLICY_FIELD]!;
}

/** How often the threads are looked at: one that starts a process comes forward for that moment. */
const LOOKS = 10;
const LOOK_EVERY_MS = 50;

/** The policies that each thread of a daemon was seen with, by its name, the core's apart. */
async function policies(
  { pid }: ClusterNode,
): Promise<{ core: Set<string>; others: Map<string, Set<string>> }> {
  const core = new Set<string>();
  const others = new Map<string, Set<string>>();
  for (let look = 0; look < LOOKS; look++) {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const stat = readStat(`/proc/${pid}/task/${name}/stat`);
      if (stat === undefined) continue;
      if (stat.includes("(worker-")) {
        core.add(policyOf(stat));
        continue;
      }
      const thread = `${name} ${stat.slice(stat.indexOf("("), stat.lastIndexOf(")") + 1)}`;
      others.set(thread, (others.get(thread) ?? new Set()).add(policyOf(stat)));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { core, others };
}

/** What stands in a `stat` file; `undefined` when the thread has ended. */
function readStat(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/** How long a thread may run before others, where the kernel has such a thing and tells. */
function sliceOf(text: string): string | undefined {
  return /slice\s*:\s*(\d+)/.exec(text)?.[1];
}

function slice(path: string): string | undefined {
  try {
    return sliceOf(Deno.readTextFileSync(path));
  } catch {
    return undefined;
  }
}

Deno.test("the edge stands behind the core, and scripts stand where they always did", async () => {
  await using cluster = await Cluster.start({
    nodes: [ours],
    files: { "events/legacy/50.seen.script": WRITE_SCHEDULING, "notify.sh": WRITE_SCHEDULING },
  });
  const node = cluster.node(0);
  const { core, others } = await policies(node);
  assert.deepEqual(core, new Set([SCHED_OTHER]));
  assert.ok(others.size > 1);
  const beside = [...others].filter(([, seen]) => !seen.has(SCHED_BATCH));
  assert.deepEqual(beside, [], "threads beside the core");
  const own = slice("/proc/self/sched");
  // An event script is started by the edge's helper threads, notify.sh by way of Deno.
  for (const kind of ["monitor", "healthy"]) {
    const stat = await cluster.until(
      `${kind} was run`,
      () => Deno.readTextFile(`${node.base}/seen.${kind}`),
    );
    assert.equal(policyOf(stat), SCHED_OTHER, kind);
    assert.equal(slice(`${node.base}/slice.${kind}`), own, kind);
  }
});

Deno.test("a daemon that was started with a scheduling of its own keeps it", async () => {
  await using cluster = await Cluster.start({ nodes: [ours], under: ["chrt", "--batch", "0"] });
  const { core, others } = await policies(cluster.node(0));
  for (const seen of [core, ...others.values()]) assert.deepEqual(seen, new Set([SCHED_BATCH]));
});
