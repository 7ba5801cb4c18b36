import { ROOT } from "../../tools/console.ts";
import { capture } from "../../tools/run.ts";
import type { GrowthFamily, Measured } from "./growth-family.ts";
import { growthPlot } from "./growth-plot.ts";
import { growthTable } from "./growth-table.ts";

const PAGE = `${ROOT}docs/benchmarks.md`;

/**
 * Writes what was measured into the documentation: the plot as a file of its own, the table between
 * the family's two marks in `docs/benchmarks.md`.
 *
 * @throws {Error} the page has no such marks
 */
export async function writeGrowth(
  family: GrowthFamily,
  measured: readonly Measured[],
): Promise<void> {
  const picture = `benchmarks/growth-${family.name}.svg`;
  await Deno.mkdir(`${ROOT}docs/benchmarks`, { recursive: true });
  await Deno.writeTextFile(`${ROOT}docs/${picture}`, growthPlot(family, measured));
  const text = `![${family.title}](${picture})\n\n${growthTable(family, measured)}`;
  await Deno.writeTextFile(PAGE, between(await Deno.readTextFile(PAGE), family.name, text));
  await capture([Deno.execPath(), "fmt", "--quiet", PAGE]);
}

/** `page` with `text` between the marks of a name. */
export function between(page: string, name: string, text: string): string {
  const [from, to] = [`<!-- growth: ${name} -->`, `<!-- end: ${name} -->`];
  const start = page.indexOf(from);
  const end = page.indexOf(to);
  if (start < 0 || end < start) throw new Error(`write ${PAGE}: no marks ${from} and ${to}`);
  return `${page.slice(0, start + from.length)}\n\n${text.trim()}\n\n${page.slice(end)}`;
}
