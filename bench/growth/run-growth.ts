/**
 * `deno task bench growth`: how cost grows with clients, nodes, records and values, ours beside C's;
 * with `--write` into `docs/benchmarks.md` and `docs/benchmarks/`.
 *
 * @module
 */
import { debian, debianAvailable, installedUnder, ours } from "../../testing/cluster/cluster.ts";
import { complain, say } from "../../tools/console.ts";
import { type TaskLine, type TaskOption, type TaskValues, UsageError } from "../../tools/task.ts";
import { clients } from "./families/clients.ts";
import { nodes } from "./families/nodes.ts";
import { records } from "./families/records.ts";
import { values as valueSizes } from "./families/values.ts";
import type { GrowthFamily, GrowthSetup, Measured } from "./growth-family.ts";
import { writeGrowth } from "./growth-page.ts";
import { growthTable } from "./growth-table.ts";

const FAMILIES: readonly GrowthFamily[] = [clients, nodes, records, valueSizes];

/** The command line of `deno task bench growth`. */
export const GROWTH_LINE = {
  name: "bench growth",
  about: "Shows how cost grows with clients, nodes, records and values, ours beside Debian's.",
  options: {
    only: { type: "string", value: "A,B", help: "only these families" },
    short: { type: "boolean", help: "without the largest sizes" },
    alone: { type: "boolean", help: "ours alone" },
    prefix: { type: "string", value: "DIR", help: "measure what is installed there" },
    write: { type: "boolean", help: "write tables and plots into docs/" },
  },
  more: `Families: ${FAMILIES.map(({ name }) => name).join(" ")}`,
} as const satisfies TaskLine<Readonly<Record<string, TaskOption>>>;

/**
 * Measures the families, prints their tables, and writes them if that is wanted.
 *
 * @return whether all could be measured
 */
export async function runGrowth(
  { only, short, alone, prefix, write }: TaskValues<typeof GROWTH_LINE.options>,
): Promise<boolean> {
  if (!alone && !debianAvailable) {
    throw new UsageError("Debian's ctdb is not installed: --alone measures without it");
  }
  const mine = prefix === undefined ? ours : installedUnder(prefix);
  const setup: GrowthSetup = {
    kinds: [{ side: "ours", kind: mine }, ...(alone ? [] : [{ side: "C", kind: debian } as const])],
    short,
  };
  let whole = true;
  for (const family of chosen(only)) {
    complain(`${family.name}:`);
    const measured: Measured[] = await Array.fromAsync(family.measure(setup));
    say(`${family.title}\n\n${growthTable(family, measured)}`);
    if (write) await writeGrowth(family, measured);
    whole &&= measured.every(({ failure }) => failure === undefined);
  }
  return whole;
}

function chosen(only: string | undefined): readonly GrowthFamily[] {
  if (only === undefined) return FAMILIES;
  return only.split(",").map((name) => {
    const family = FAMILIES.find((one) => one.name === name);
    if (family === undefined) throw new UsageError(`family: ${name}: there is none of this name`);
    return family;
  });
}
