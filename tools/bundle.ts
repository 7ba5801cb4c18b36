/**
 * Bundles the program and its npm packages into plain JavaScript: one entry, and a file for each
 * program that is loaded when it is asked for.
 *
 * @module
 */
import { makePage } from "../lib/admin/mod.ts";
import { ROOT } from "./console.ts";

/** The bundle could not be made. */
export class BundleError extends Error {}

/** Writes `main.js` and what it loads into `directory`, which is emptied first. */
export async function bundle(directory: string): Promise<void> {
  await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(directory, { recursive: true });
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--code-splitting", "--outdir", directory, `${ROOT}main.ts`],
    cwd: ROOT,
    stderr: "piped",
    stdout: "null",
  }).output();
  if (!success) {
    throw new BundleError(`Bundle ${ROOT}main.ts: ${new TextDecoder().decode(stderr)}`);
  }
  await bundlePage(`${directory}/page`);
}

/** Writes the dashboard of the admin API into `directory`. */
export async function bundlePage(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await makePage(new URL(`file://${ROOT}lib/admin/page/`), directory);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) await bundle(Deno.args[0] ?? `${ROOT}build/bundle`);
