import assert from "node:assert/strict";
import { citationsIn, sectionsOf } from "../../../tools/citations.ts";

const chapters = new Set(["some", "other"]);

function cited(text: string): string[] {
  return citationsIn(text, chapters).map(({ chapter, sections, line }) =>
    `${line} ${chapter} ${sections.join(" ")}`
  );
}

Deno.test("citations: one section, several, parts, and those of another chapter", () => {
  assert.deepEqual(cited("(`some.md` 1.2, 2 and 3; other.md A.4)"), [
    "1 some 1.2 2 3",
    "1 other A.4",
  ]);
  assert.deepEqual(cited("x\nsee some.md parts A to C"), ["2 some A C"]);
  assert.deepEqual(cited("some.md, section 7. A sentence"), ["1 some 7"]);
  assert.deepEqual(cited("`unknown.md` 3, lib/some.md 4, some.mdx 5"), []);
});

Deno.test("citations: a comment may break between chapter and section", () => {
  assert.deepEqual(cited(" * follows `some.md`\n * 3.4.\n"), ["1 some 3.4"]);
  assert.deepEqual(cited("// follows `some.md`\n// 3.4.\n"), ["1 some 3.4"]);
});

Deno.test("citations: a chapter has the numbers of its headings and of its points", () => {
  const text =
    "# Title\n\n## 1. One\n\n1. first\n2. second\n\n### 1.7 Sub\n\n# Part B. Two\n\n## B.1 x\n";
  assert.deepEqual([...sectionsOf(text)], ["1", "1.1", "1.2", "1.7", "B", "B.1"]);
});
