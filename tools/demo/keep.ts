import type { Cluster } from "../../testing/cluster/cluster.ts";
import { say } from "../console.ts";

/** Leaves two small commands in the directory of a cluster that stays up, and says how to use them. */
export function explainCluster(cluster: Cluster): void {
  const { directory, nodes } = cluster;
  const tool = nodes[0]!.kind.tool.map(quote).join(" ");
  writeCommand(
    `${directory}/ctdb`,
    `# ctdb NODE COMMAND...: the administrator's tool on one node of this cluster.
node=$1; shift
CTDB_TEST_MODE=1 CTDB_BASE=${quote(directory)}/node.$node exec ${tool} "$@"`,
  );
  const stops = nodes.map(({ pnn }) => `${quote(directory)}/ctdb ${pnn} shutdown\n`).join("");
  writeCommand(`${directory}/stop`, `# Ends the cluster.\n${stops}rm -r ${quote(directory)}`);
  say(`
The cluster is still up, in ${directory}. Node 0 is asked with

  ${directory}/ctdb 0 status

and the others by their numbers. The logs are ${directory}/node.*/log.ctdb.
To use C programs on node 0: export CTDB_TEST_MODE=1 CTDB_BASE=${directory}/node.0
This ends it: ${directory}/stop`);
}

function writeCommand(path: string, script: string): void {
  Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
