/**
 * Checks that every citation of the specification leads somewhere: `records.md` 11.5 in a comment is
 * section 11.5 of `docs/spec/records.md`.
 *
 * @module
 */
import { ROOT } from "./console.ts";
import { sourceFiles } from "./source-files.ts";

const SPECIFICATION = "docs/spec";
const SECTION = /(?:[A-Z]\.?)?\d+(?:\.\d+)*/.source;
/** Several may be named after one chapter: "`cluster.md` 1.2, 2 and 3", "events.md parts A to C". */
const BETWEEN = /(?:, and |, | and | to |–|-)/.source;
const SECTIONS = new RegExp(`^${SECTION}(?:${BETWEEN}${SECTION})*`);
const PARTS = new RegExp(`^[A-Z]\\b(?:${BETWEEN}[A-Z]\\b)*`);

/** A mention of a chapter, with the sections that are named after it. */
export interface Citation {
  readonly chapter: string;
  readonly sections: readonly string[];
  /** In the text that was looked at, from 1. */
  readonly line: number;
}

/** The citations in a text; those that a comment breaks between two lines too. */
export function citationsIn(text: string, chapters: ReadonlySet<string>): Citation[] {
  const found: Citation[] = [];
  for (const match of text.matchAll(/(?<![\w/.-])(?:docs\/spec\/)?([a-z]+)\.md\b`?/g)) {
    const chapter = match[1]!;
    if (!chapters.has(chapter)) continue;
    const after = match.index + match[0].length;
    const [, parts, rest] = /^,? (?:sections? |(parts? ))?(.*)$/.exec(
      text.slice(after, after + 200).replace(/\n\s*(?:\*|\/\/|#)?\s*/g, " "),
    ) ?? [];
    const list = (parts === undefined ? SECTIONS : PARTS).exec(rest ?? "")?.[0] ?? "";
    found.push({
      chapter,
      sections: list.match(new RegExp(parts === undefined ? SECTION : /[A-Z]/, "g")) ?? [],
      line: text.slice(0, match.index).split("\n").length,
    });
  }
  return found;
}

/**
 * The sections of a chapter as they are cited: the numbers of its headings, and the numbered points
 * below them, so that 16.3 may be the third point of section 16.
 */
export function sectionsOf(chapter: string): Set<string> {
  const found = new Set<string>();
  const heading = new RegExp(`^#+ (?:Part ([A-Z])|(${SECTION}))[.:]? `);
  let section = "";
  for (const line of chapter.split("\n")) {
    const [, part, number] = heading.exec(line) ?? [];
    if (part !== undefined || number !== undefined) found.add(section = part ?? number!);
    const point = /^(\d+)\. /.exec(line)?.[1];
    if (point !== undefined && section !== "") found.add(`${section}.${point}`);
  }
  return found;
}

/** A line for each citation that leads nowhere. */
export async function checkCitations(): Promise<string[]> {
  const sections = await readSpecification();
  const chapters = new Set(sections.keys());
  const wrong: string[] = [];
  for (const path of await sourceFiles([".ts", ".md", ".sh", ".script"])) {
    if (path.startsWith(`${SPECIFICATION}/`)) continue;
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    for (const { chapter, sections: cited, line } of citationsIn(text, chapters)) {
      for (const section of cited.filter((section) => !sections.get(chapter)!.has(section))) {
        wrong.push(`${path}:${line}: ${SPECIFICATION}/${chapter}.md has no section ${section}`);
      }
    }
  }
  return wrong;
}

async function readSpecification(): Promise<Map<string, Set<string>>> {
  const chapters = new Map<string, Set<string>>();
  for await (const { name } of Deno.readDir(`${ROOT}${SPECIFICATION}`)) {
    if (name === "README.md") continue;
    const text = await Deno.readTextFile(`${ROOT}${SPECIFICATION}/${name}`);
    chapters.set(name.replace(/\.md$/, ""), sectionsOf(text));
  }
  return chapters;
}
