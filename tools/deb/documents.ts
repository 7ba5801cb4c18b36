import { runCommand } from "../../lib/base/mod.ts";
import { gzipSync } from "node:zlib";
import { ROOT } from "../console.ts";
import { manualPages } from "../manual/mod.ts";
import { capture } from "../run.ts";
import { copyText, writeText } from "./tree.ts";
import { maintainerOf } from "./maintainer.ts";
import { packageVersion } from "./version.ts";

const DOC = "usr/share/doc/ctdb-deno";

/** Where each shell looks for completions of packages. */
const COMPLETIONS: readonly (readonly [shell: string, path: string])[] = [
  ["bash", "usr/share/bash-completion/completions/ctdb"],
  ["zsh", "usr/share/zsh/vendor-completions/_ctdb"],
  ["fish", "usr/share/fish/vendor_completions.d/ctdb.fish"],
];

/** Adds manual pages, completions, guides, licence and the list of changes. */
export async function documentPackage(tree: string): Promise<void> {
  await copyText(`${ROOT}packaging/debian/copyright`, tree, `${DOC}/copyright`);
  await writeCompressed(tree, `${DOC}/changelog.gz`, await changeLog());
  for (const { name, section, text } of await manualPages()) {
    await writeCompressed(tree, `usr/share/man/man${section}/${name}.${section}.gz`, text);
  }
  for (const [shell, path] of COMPLETIONS) await writeText(tree, path, await completion(shell));
  for await (const { name, isFile } of Deno.readDir(`${ROOT}docs`)) {
    if (isFile && name.endsWith(".md")) {
      await copyText(`${ROOT}docs/${name}`, tree, `${DOC}/${name}`);
    }
  }
  const { docs, examples } = { docs: `${ROOT}config`, examples: `${DOC}/examples` };
  await copyText(`${docs}/ctdb.conf.example`, tree, `${examples}/ctdb.conf`);
  await copyText(`${ROOT}nodes.example`, tree, `${examples}/nodes`);
  await copyText(`${ROOT}events.d/script.options`, tree, `${examples}/script.options`);
}

async function writeCompressed(tree: string, to: string, text: string): Promise<void> {
  const path = `${tree}/${to}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  // node:zlib writes no time and no name into the header: the same text gives the same bytes.
  await Deno.writeFile(path, gzipSync(new TextEncoder().encode(text), { level: 9 }));
  await Deno.chmod(path, 0o644);
}

/** What the program itself prints for the shell. */
async function completion(shell: string): Promise<string> {
  const { exit, stdout, stderr } = await runCommand([
    ...[Deno.execPath(), "run", "--quiet", "--no-check", "-A"],
    ...[`${ROOT}main.ts`, "ctdb", "completion", shell],
  ], { cwd: ROOT });
  if (exit !== 0) throw new Error(`Print completion: ${shell}: ${stderr.trim()}`);
  return stdout;
}

async function changeLog(): Promise<string> {
  const version = await packageVersion();
  const { output } = await capture(["git", "log", "-1", "--format=%cD"], { cwd: ROOT });
  const date = output.trim() || "Thu, 01 Jan 2026 00:00:00 +0000";
  return `ctdb-deno (${version}) unstable; urgency=medium

  * Release ${version}.

 -- ${maintainerOf(Deno.env.toObject())}  ${date}
`;
}
