/** The edge of a daemon stands behind its core and behind others; what it starts does not. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { Policy, policyIn, threadsOf } from "../../testing/process/proc.ts";

const WRITE_SCHEDULING = `#!/bin/sh
cat /proc/$$/stat >"$CTDB_BASE/seen.$1.new"
grep slice /proc/$$/sched >"$CTDB_BASE/slice.$1"
mv "$CTDB_BASE/seen.$1.new" "$CTDB_BASE/seen.$1"
exit 0
`;

/** The threads of a daemon, and the policies that each was seen with. */
class Threads {
  readonly #pid: number;
  /** Of the core's thread. */
  readonly core = new Set<number>();
  /** Of all others, by number and name. */
  readonly others = new Map<string, Set<number>>();

  constructor({ pid }: ClusterNode) {
    this.#pid = pid;
    this.look();
  }

  look(): void {
    for (const { id, name, policy, isCore } of threadsOf(this.#pid)) {
      if (isCore) this.core.add(policy);
      else this.#other(`${id} ${name}`).add(policy);
    }
  }

  /** Those that were never seen behind the core: one that starts a process comes forward meanwhile. */
  beside(): string[] {
    return [...this.others].filter(([, seen]) => !seen.has(Policy.BATCH)).map(([name]) => name);
  }

  #other(name: string): Set<number> {
    const seen = this.others.get(name) ?? new Set<number>();
    this.others.set(name, seen);
    return seen;
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
  const threads = new Threads(node);
  const all = cluster.until("all threads but the core's stand behind", () => {
    threads.look();
    return threads.beside().length === 0;
  });
  await all.catch(() => {});
  assert.deepEqual(threads.beside(), []);
  assert.deepEqual(threads.core, new Set([Policy.OTHER]));
  assert.ok(threads.others.size > 1);
  const own = slice("/proc/self/sched");
  // An event script is started by the edge's helper threads, notify.sh by way of Deno.
  for (const kind of ["monitor", "healthy"]) {
    const stat = await cluster.until(
      `${kind} was run`,
      () => Deno.readTextFile(`${node.base}/seen.${kind}`),
    );
    assert.equal(policyIn(stat), Policy.OTHER, kind);
    assert.equal(slice(`${node.base}/slice.${kind}`), own, kind);
  }
});

Deno.test("a daemon that was started with a scheduling of its own keeps it", async () => {
  await using cluster = await Cluster.start({ nodes: [ours], under: ["chrt", "--batch", "0"] });
  const { core, others } = new Threads(cluster.node(0));
  for (const seen of [core, ...others.values()]) assert.deepEqual(seen, new Set([Policy.BATCH]));
});
