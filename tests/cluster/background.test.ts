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

/** The policy of each thread of a daemon, the core's apart. */
function policies({ pid }: ClusterNode): { core: string[]; others: string[] } {
  const found = { core: [] as string[], others: [] as string[] };
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const stat = Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`);
    (stat.includes("(worker-") ? found.core : found.others).push(policyOf(stat));
  }
  return found;
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
  const { core, others } = policies(node);
  assert.deepEqual(core, [SCHED_OTHER]);
  assert.ok(others.length > 1);
  assert.deepEqual(new Set(others), new Set([SCHED_BATCH]));
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
  const { core, others } = policies(cluster.node(0));
  assert.deepEqual(new Set([...core, ...others]), new Set([SCHED_BATCH]));
});
