import { OnnodeError } from "./errors.ts";
import type { NodeTable } from "./nodes-file.ts";
import { usageText } from "./usage.ts";

/** What the cluster says about itself; asked only if the specification needs it. */
export interface NodeQuestions {
  /** The numbers of the nodes that are healthy, or that are connected. */
  nodesInState(state: "healthy" | "connected"): Promise<number[]>;
  /** The number of some node whose daemon answers, if there is one. */
  anyNode(): Promise<number | undefined>;
}

/** Where addresses come from. */
export interface NodeSource {
  /** Base name of the program, which prefixes complaints. */
  name: string;
  table: () => NodeTable;
  cluster: NodeQuestions;
  /** Whether other words are host names (-n). */
  allowNames: boolean;
}

/** The addresses that NODES stands for, order and duplicates kept (`cli.md` 5). */
export async function resolveNodes(spec: string, source: NodeSource): Promise<string[]> {
  const items = spec.split(",");
  // A comma at the end adds nothing, as in the shell's splitting.
  if (items.at(-1) === "") items.pop();
  const addresses: string[] = [];
  for (const item of items) addresses.push(...await resolveItem(item.trim(), source));
  return addresses;
}

async function resolveItem(item: string, source: NodeSource): Promise<string[]> {
  switch (item) {
    case "all":
      return source.table().filter((address) => address !== undefined);
    case "any":
      return [numbered(await someNode(source.cluster), source)];
    case "ok":
    case "healthy":
      return numberedAll(await source.cluster.nodesInState("healthy"), source);
    case "con":
    case "connected":
      return numberedAll(await source.cluster.nodesInState("connected"), source);
  }
  if (item.includes("-")) return numberedAll(range(item), source);
  if (/^[0-9]{1,3}$/.test(item)) return [numbered(Number(item), source, item)];
  if (source.allowNames) return item.split(/[ \t\n]+/).filter((word) => word !== "");
  throw invalid();
}

async function someNode(cluster: NodeQuestions): Promise<number> {
  const pnn = await cluster.anyNode();
  if (pnn === undefined) throw new OnnodeError("");
  return pnn;
}

/** `2-4`; descending is empty, anything else with a hyphen is a mistake, even with -n. */
function range(item: string): number[] {
  const match = /^([0-9]{1,3})-([0-9]{1,3})$/.exec(item);
  if (!match) throw invalid();
  const [first, last] = [Number(match[1]), Number(match[2])];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}

function numberedAll(numbers: readonly number[], source: NodeSource): string[] {
  return numbers.map((number) => numbered(number, source));
}

function numbered(number: number, source: NodeSource, written = String(number)): string {
  const address = source.table()[number];
  if (address === undefined) {
    throw new OnnodeError(`${source.name}: "node ${written}" does not exist\n`);
  }
  return address;
}

function invalid(): OnnodeError {
  return new OnnodeError(`Invalid <nodespec>\n\n${usageText}`);
}
