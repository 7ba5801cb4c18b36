/** The pages that are made, and the links between all of them. @module */
import { runCommand } from "../../lib/base/mod.ts";
import { ROOT } from "../console.ts";
import { GENERATED } from "./pages.ts";

export { anchorsOf, checkLinks, linksIn } from "./links.ts";
export { limitsIn } from "./limits.ts";

/** Writes all pages that are made from the source. */
export async function writePages(): Promise<void> {
  for (const { path, make } of GENERATED) {
    await Deno.writeTextFile(`${ROOT}${path}`, await formatted(await make()));
  }
}

/** A line for each page that is not as it would be made. */
export async function outdatedPages(): Promise<string[]> {
  const pages = await Promise.all(GENERATED.map(async ({ path, make }) => {
    const made = await formatted(await make());
    return made === await Deno.readTextFile(`${ROOT}${path}`).catch(() => "") ? [] : [path];
  }));
  return pages.flat().map((path) => `${path}: not as it would be made: run deno task docs`);
}

async function formatted(text: string): Promise<string> {
  const { exit, stdout, stderr } = await runCommand(
    [Deno.execPath(), "fmt", "--ext=md", "--line-width=100", "-"],
    { cwd: ROOT, stdin: text },
  );
  if (exit !== 0) throw new Error(`Format a page: deno fmt: status ${exit}: ${stderr}`);
  return stdout;
}
