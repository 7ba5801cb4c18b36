import type { ClusterNode } from "../../../testing/cluster/cluster.ts";
import { RunningProgram } from "../../../testing/process/running-program.ts";

/** `ctdb web` of a node: each address that it prints opens one page. */
export function web(node: ClusterNode, ...options: readonly string[]) {
  const env = { ...node.env };
  const program = RunningProgram.start("ctdb", ["web", "--listen=127.0.0.1:0", ...options], {
    env,
  });
  let used = 0;
  const next = async () => {
    const text = await program.stdout(new RegExp(`(#once=[0-9a-f]{64}\\n[^]*){${++used}}`));
    return text.trim().split("\n")[used - 1]!;
  };
  return { program, next };
}
