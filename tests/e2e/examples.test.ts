import assert from "node:assert/strict";
import { Cluster, ours } from "../support/cluster.ts";
import { command } from "./support/task.ts";

/** Puts a node's run directory where programs look for the daemon, for one command only. */
const AS_SYSTEM_DAEMON = 'mkdir -p /run/ctdb && mount --bind "$0" /run/ctdb && exec "$@"';

/** Whether this user may have mounts of its own. */
const available = (await command(["unshare", "-m", "true"])).exit === 0;

Deno.test({
  name: "examples of the library do what they show, on a cluster of one node",
  ignore: !available,
  fn: async () => {
    await using cluster = await Cluster.start({ nodes: [ours] });
    const { exit, stdout, stderr } = await command([
      ...["unshare", "-m", "sh", "-c", AS_SYSTEM_DAEMON, `${cluster.node(0).base}/run`],
      ...[Deno.execPath(), "test", "--doc", "-A", "--unstable-net", "--unstable-ffi"],
      ...["mod.ts", "lib/client", "lib/events/event-client.ts"],
    ]);
    assert.equal(exit, 0, stdout + stderr);
    assert.match(stdout, /ok \| [1-9]\d* passed \| 0 failed/);
    await cluster.stop();
  },
});
