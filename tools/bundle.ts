/**
 * Bundles the programs and their npm packages into plain JavaScript: a folder for each program with
 * its `main.js` and the files that this loads when it needs them. The folder of `ctdbd` can be every
 * program (`main.ts`), those of the others only the one, which then starts in half the time.
 *
 * @module
 */
import { runCommand } from "../lib/base/mod.ts";
import { programs } from "../cli/programs.ts";
import { makePage } from "../lib/admin/mod.ts";
import { ROOT } from "./console.ts";

/** The bundle could not be made. */
export class BundleError extends Error {}

/** The program whose bundle is `main.ts`: all programs, and what runs on threads of the daemon. */
const WHOLE = "ctdbd";

/**
 * Modules that a program loads late and that are bundled apart, with all that they need: then what the
 * program starts with is one small file. By program, the module as it imports it. A thread that starts
 * with a module of its own would stand here too.
 */
const APART: Readonly<Record<string, readonly string[]>> = { ctdb: ["./ctdb/whole-tool.ts"] };

/** How many bundlers work at a time. */
const AT_ONCE = 2;

/** Writes the folder of each program into `directory`, which is emptied first. */
export async function bundle(directory: string): Promise<void> {
  await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
  const entries = await Deno.makeTempDir({ prefix: "ctdb-bundle-" });
  try {
    const names = Object.keys(programs);
    const worker = async () => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) {
        await bundleProgram(name, `${entries}/${name}`, `${directory}/${name}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await bundlePage(`${directory}/${WHOLE}/page`);
  } finally {
    await Deno.remove(entries, { recursive: true });
  }
}

/** Writes the dashboard of the admin API into `directory`. */
export async function bundlePage(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await makePage(new URL(`file://${ROOT}lib/admin/page/`), directory);
}

/**
 * Writes only what the daemon's program has into `directory`, which is every program.
 *
 * @returns the path of the module to start
 */
export async function bundleWhole(directory: string): Promise<string> {
  // Its entry is a file of the tree: none is made.
  await bundleProgram(WHOLE, "", directory);
  await bundlePage(`${directory}/page`);
  return `${directory}/main.js`;
}

async function bundleProgram(name: string, entries: string, directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const apart = APART[name] ?? [];
  await runBundler(await mainOf(name, entries), directory, apart);
  for (const module of apart) await runBundler(`${ROOT}cli/${module}`, directory);
  await nameLazyImports(directory, apart);
}

async function runBundler(
  module: string,
  directory: string,
  external: readonly string[] = [],
): Promise<void> {
  const { exit, stderr } = await runCommand([
    ...[Deno.execPath(), "bundle", "--quiet", "--code-splitting"],
    ...external.flatMap((name) => ["--external", name]),
    ...["--outdir", directory, module],
  ], { cwd: ROOT });
  if (exit !== 0) throw new BundleError(`Bundle ${module}: ${stderr}`);
}

/** The module that a bundle starts with. */
async function mainOf(name: string, entries: string): Promise<string> {
  if (name === WHOLE) return `${ROOT}main.ts`;
  await Deno.mkdir(entries);
  const path = `${entries}/main.ts`;
  await Deno.writeTextFile(
    path,
    `import { startAs } from "${moduleUrl("cli/start.ts")}";
import { main } from "${moduleUrl(`cli/${name}.ts`)}";
await startAs("${name}", main);
`,
  );
  return path;
}

function moduleUrl(module: string): string {
  return new URL(module, `file://${ROOT}`).href;
}

/**
 * Deno reads every module ahead that it sees imported by a literal name, at 50 us a kilobyte, whether
 * it will be loaded or not. So the names are made such that it does not see them.
 */
async function nameLazyImports(directory: string, apart: readonly string[]): Promise<void> {
  const bundled = (name: string) =>
    apart.includes(name) ? `./${name.slice(name.lastIndexOf("/") + 1, -".ts".length)}.js` : name;
  for await (const { name } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    const text = await Deno.readTextFile(path);
    const hidden = text.replace(
      /\bimport\("(\.\/[^"]+)"\)/g,
      (_, name: string) => `import(String("${bundled(name)}"))`,
    );
    if (hidden !== text) await Deno.writeTextFile(path, hidden);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) await bundle(Deno.args[0] ?? `${ROOT}build/bundle`);
