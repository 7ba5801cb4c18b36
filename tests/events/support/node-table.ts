/** Names of the columns that are 1 for a node. */
export type Flags = readonly string[];
/** The columns of flags, in the order of `ctdb -X nodestatus`. */
const columns = [
  "Disconnected",
  "Unknown",
  "Banned",
  "Disabled",
  "Unhealthy",
  "Stopped",
  "Inactive",
  "PartiallyOnline",
];

/** The answers of `ctdb nodestatus` for nodes in such states, as shell. */
export function nodestatus(...nodes: readonly Flags[]): string {
  const rows = nodes.map((flags, pnn) => {
    const bits = columns.map((name) => flags.includes(name) ? "1" : "0").join("|");
    return `echo '|${pnn}|192.168.1.${pnn + 1}|${bits}|N|'`;
  });
  const human = nodes.map((_, pnn) => `echo 'pnn:${pnn} 192.168.1.${pnn + 1}      OK'`);
  return `
case "$*" in
"-X nodestatus all")
	echo '|Node|IP|${columns.join("|")}|ThisNode|'
	${rows.join("\n")}
	exit 3 ;;
"nodestatus all") echo 'Number of nodes:${nodes.length}'; ${human.join("; ")} ;;
esac`;
}

export const down: Flags = ["Disconnected", "Unhealthy", "Inactive"];
export const banned: Flags = ["Banned", "Inactive"];
export const stopped: Flags = ["Stopped", "Inactive"];
