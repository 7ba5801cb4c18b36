import { debian } from "../../testing/cluster/cluster.ts";
import type { TimeScenario } from "./scenario.ts";

/** The C tool's `ctdb status`, which waits until it hears who leads. */
export const status: TimeScenario = {
  kind: "time",
  name: "`ctdb status` (the C tool)",
  async sample(cluster) {
    // Not in step with the leader's broadcasts.
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.random()));
    const start = performance.now();
    const { exit, stderr } = await cluster.node(1).ctdb(["status"], debian);
    if (exit !== 0) throw new Error(`ctdb status: ${stderr}`);
    return performance.now() - start;
  },
};
