/** What the helpers of node groups print, as JSON (cli.md 4.34). @module */

/** A member of a group in the output of `list`. */
interface Member {
  readonly pnn: number | null;
  readonly address: string;
  readonly leader: boolean;
  readonly options: readonly string[];
}

/** The output of `natgw` or `lvs` for one of their views. */
export function groupJson(view: string, text: string): unknown {
  const lines = text.split("\n").filter((line) => line !== "");
  if (view === "leader") return { leader: leaderOf(lines[0]) };
  if (view === "list") return { members: lines.map(memberOf) };
  return { nodes: lines.map(nodeOf) };
}

/** `0 127.0.0.1` from `natgw`, `0` from `lvs`. */
function leaderOf(line: string | undefined): unknown {
  if (line === undefined) return null;
  const [pnn, address] = line.split(" ");
  return { pnn: Number(pnn), address: address ?? null };
}

/** An address with words behind a tab from `natgw`, a number and an address from `lvs`. */
function memberOf(line: string): Member {
  const [, pnn, address] = /^(\d+) (\S+)$/.exec(line) ?? [];
  if (address !== undefined) return { pnn: Number(pnn), address, leader: false, options: [] };
  const [first = "", words = ""] = line.split("\t");
  const options = words.split(",").filter((word) => word !== "");
  return {
    pnn: null,
    address: first,
    leader: options.includes("LEADER"),
    options: options.filter((word) => word !== "LEADER"),
  };
}

/** A row of `nodestatus`. */
function nodeOf(line: string): unknown {
  const [, pnn, address, state, mark] = /^pnn:(\d+) (\S+) +(\S+)( \(THIS NODE\))?$/.exec(line) ??
    [];
  return {
    pnn: Number(pnn),
    address: address ?? "",
    state: state ?? "",
    this_node: mark !== undefined,
  };
}
