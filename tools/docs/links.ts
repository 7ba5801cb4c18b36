/**
 * Checks that links of the documentation lead somewhere, and that every page is reached from the
 * README.
 *
 * @module
 */
import { posix } from "node:path";
import { ROOT } from "../console.ts";
import { sourceFiles } from "../source-files.ts";

/** A link of a Markdown text: where it goes, and its line from 1. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** The links in a text to files and headings of the repository; those in code do not count. */
export function linksIn(markdown: string): Link[] {
  const text = markdown
    .replace(/^(```|~~~)[^]*?^\1/gm, blank)
    .replace(/`[^`\n]*`/g, blank);
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(({ 1: target, index }) => ({
      target: target!,
      line: text.slice(0, index).split("\n").length,
    }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/** The anchors of a text's headings, as they are made on the pages of repositories. */
export function anchorsOf(markdown: string): Set<string> {
  const text = markdown.replace(/^(```|~~~)[^]*?^\1/gm, blank);
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-")
    ),
  );
}

/** A line for each link that leads nowhere, and for each page that none leads to. */
export async function checkLinks(): Promise<string[]> {
  const paths = (await sourceFiles([".md"])).filter((path) => !path.startsWith("tests/"));
  const texts = new Map(
    await Promise.all(
      paths.map(async (path) => [path, await Deno.readTextFile(`${ROOT}${path}`)] as const),
    ),
  );
  const wrong: string[] = [];
  const linked = new Map<string, string[]>();
  for (const [path, text] of texts) {
    const targets: string[] = [];
    for (const { target, line } of linksIn(text)) {
      const [file = "", anchor] = target.split("#");
      const to = file === "" ? path : posix.join(posix.dirname(path), file);
      targets.push(to);
      if (!await exists(to)) wrong.push(`${path}:${line}: no such file: ${target}`);
      else if (anchor !== undefined && !anchorsOf(texts.get(to) ?? "").has(anchor)) {
        wrong.push(`${path}:${line}: no such heading: ${target}`);
      }
    }
    linked.set(path, targets);
  }
  return [...wrong, ...orphans(linked)];
}

function orphans(linked: ReadonlyMap<string, readonly string[]>): string[] {
  const reached = new Set(["README.md"]);
  for (const path of reached) for (const to of linked.get(path) ?? []) reached.add(to);
  return [...linked.keys()].filter((path) => !reached.has(path))
    .map((path) => `${path}: no page leads to it from README.md`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(`${ROOT}${path}`).then(() => true, () => false);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
