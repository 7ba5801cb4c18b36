import type { ClusterNode } from "../../../testing/cluster/cluster.ts";
import type { PressureLine } from "../line.ts";
import { mustRun } from "../../../testing/process/command.ts";

const PORT = "4379";

/** The connections between two nodes break, and come back at once. */
export const linkCut: PressureLine = {
  title: "link cut and mended",
  async prepare(cluster, { cut_s }) {
    const [one, other] = cluster.nodes;
    return await Promise.resolve({
      async run() {
        breakConnections(one!, other!);
        await new Promise((resolve) => setTimeout(resolve, cut_s * 1000));
        await cluster.untilHealthy();
        return undefined;
      },
      close() {},
    });
  },
};

function breakConnections(one: ClusterNode, other: ClusterNode): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    mustRun(["ss", "-K", "src", from.address, "dst", to.address, "dport", "=", PORT]);
  }
}
