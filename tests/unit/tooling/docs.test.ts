import assert from "node:assert/strict";
import { anchorsOf, limitsIn, linksIn } from "../../../tools/docs/mod.ts";

Deno.test("links: those to files and headings, none in code, none to other sites", () => {
  const text = "[a](b.md)\n\n`[c](d.md)`\n\n```\n[e](f.md)\n```\n[g](https://h.example) [i](#j)\n";
  assert.deepEqual(linksIn(text), [{ target: "b.md", line: 1 }, { target: "#j", line: 8 }]);
});

Deno.test("links: headings as pages of repositories make anchors of them", () => {
  const text = "# The `ctdb` tool\n\n## What, if: 2 (two)?\n\n```sh\n# no heading\n```\n";
  assert.deepEqual([...anchorsOf(text)], ["the-ctdb-tool", "what-if-2-two"]);
});

Deno.test("limits: constants that bound something, with their comments", () => {
  const source = "/** Bytes of a frame;\n * more are hostile. */\nconst MAX_FRAME = 4 * 1024;\n" +
    "const other = 5;\nexport const LONGEST_WAIT_MS: number = 10;\n";
  assert.deepEqual(limitsIn("lib/x.ts", source), [
    {
      path: "lib/x.ts",
      name: "MAX_FRAME",
      value: "4 * 1024",
      what: "Bytes of a frame; more are hostile.",
    },
    { path: "lib/x.ts", name: "LONGEST_WAIT_MS", value: "10", what: "" },
  ]);
});
