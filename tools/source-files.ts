import { ROOT } from "./console.ts";

/** Folders of the tree that people write, beside the files at its root. */
const FOLDERS: readonly string[] = [
  "bench",
  "cli",
  "config",
  "docs",
  "events.d",
  "lib",
  "testing",
  "tests",
  "tools",
];

/** The files of the tree whose names end in one of `endings`, as paths from the root, sorted. */
export async function sourceFiles(endings: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const take = (path: string) => {
    if (endings.some((ending) => path.endsWith(ending))) found.push(path);
  };
  for await (const { name, isFile } of Deno.readDir(ROOT)) if (isFile) take(name);
  for (const folder of FOLDERS) await below(folder, take);
  return found.sort();
}

async function below(folder: string, take: (path: string) => void): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}${folder}`)).catch(() => []);
  for (const { name, isDirectory } of entries) {
    if (isDirectory) await below(`${folder}/${name}`, take);
    else take(`${folder}/${name}`);
  }
}
