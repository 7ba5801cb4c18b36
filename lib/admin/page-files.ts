import { runCommand } from "../base/mod.ts";
/** A file of the dashboard. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** Paths of the dashboard, and the file behind each. */
const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  "/": { name: "index.html", type: "text/html; charset=utf-8" },
  "/page.js": { name: "page.js", type: "text/javascript; charset=utf-8" },
  "/page.css": { name: "page.css", type: "text/css; charset=utf-8" },
};

/**
 * The dashboard's files: beside the bundle of an installation; from a source tree they are made when
 * somebody asks for them.
 */
export class PageFiles {
  #loading: Promise<ReadonlyMap<string, PageFile>> | undefined;

  /** Whether a path is one of the page's. */
  has(path: string): boolean {
    return Object.hasOwn(FILES, path);
  }

  /** The file for a path; undefined when there is none. */
  async get(path: string): Promise<PageFile | undefined> {
    if (!this.has(path)) return undefined;
    this.#loading ??= loadAll();
    try {
      return (await this.#loading).get(path);
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }
}

async function loadAll(): Promise<ReadonlyMap<string, PageFile>> {
  // Beside the bundle, or inside of a compiled program.
  const place = Deno.build.standalone ? "./build/page/" : "./page/";
  const installed = new URL(place, Deno.mainModule);
  const found = await readAll(installed).catch(() => undefined);
  if (found !== undefined) return found;
  const directory = await Deno.makeTempDir({ prefix: "ctdb-page-" });
  try {
    await makePage(new URL("./page/", import.meta.url), directory);
    return await readAll(new URL(`file://${directory}/`));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function readAll(base: URL): Promise<ReadonlyMap<string, PageFile>> {
  const files = Object.entries(FILES).map(async ([path, { name, type }]) =>
    [path, { bytes: await Deno.readFile(new URL(name, base)), type }] as const
  );
  return new Map(await Promise.all(files));
}

/**
 * Makes the dashboard's files out of their sources, with Deno alone.
 *
 * @param source the folder of the sources
 * @throws {Error} the page cannot be bundled
 */
export async function makePage(source: URL, directory: string): Promise<void> {
  const { exit, stderr } = await runCommand([
    ...[Deno.execPath(), "bundle", "--quiet", "--platform", "browser", "--minify"],
    ...["--output", `${directory}/page.js`, new URL("main.tsx", source).pathname],
  ], { cwd: new URL(".", source).pathname });
  if (exit !== 0) throw new Error(`Bundle the dashboard: ${stderr}`);
  for (const name of ["index.html", "page.css"]) {
    await Deno.copyFile(new URL(name, source), `${directory}/${name}`);
  }
}
