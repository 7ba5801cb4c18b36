import { runCommand } from "../../lib/base/mod.ts";
import { debian } from "../../testing/cluster/cluster.ts";
import { ROOT } from "../../tools/console.ts";

const PAGE = `${ROOT}docs/benchmarks.md`;
const BEGIN = "<!-- Made by deno task bench pressure --docs -->";
const END = "<!-- End of what is made -->";

/** Puts the table of a run into the page about benchmarks, with what it was measured on. */
export async function writePage(table: string, machine: string): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  await Deno.writeTextFile(PAGE, withTable(page, `${machine}\n\n${table}`));
  await runCommand([Deno.execPath(), "fmt", "--quiet", PAGE]);
}

/** The page with this between its marks. */
export function withTable(page: string, content: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`put table into page: marks: ${begin}, ${end}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${content.trim()}\n\n${page.slice(end)}`;
}

/** What the figures depend on, in a sentence. */
export async function machineText(elapsed_ms: number, load: number): Promise<string> {
  const cores = navigator.hardwareConcurrency;
  const { stdout } = await runCommand([debian.tool[0]!, "version"]);
  return `${cores} cores, kernel ${Deno.osRelease()}, Deno ${Deno.version.deno}, ctdb ${stdout.trim()}; the ` +
    `load was ${load.toFixed(1)} before, and all took ${Math.round(elapsed_ms / 60_000)} minutes.`;
}
