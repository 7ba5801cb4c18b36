import assert from "node:assert/strict";
import configuration from "../../../deno.json" with { type: "json" };
import { sourceFiles } from "../../../tools/source-files.ts";
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

Deno.test("docs: every variable of the environment that a program reads is in the reference", async () => {
  const root = new URL("../../../", import.meta.url);
  const reference = await Deno.readTextFile(new URL("docs/reference.md", root));
  const read = new Set<string>();
  for (const path of await sourceFiles([".ts"])) {
    if (!/^(lib|cli)\//.test(path)) continue;
    const source = await Deno.readTextFile(new URL(path, root));
    const pattern = /\benv(?:\.|\["|\.get\(")(CTDB_[A-Z_]+)|"(CTDB_[A-Z]+_HELPER)"/g;
    for (const [, one, other] of source.matchAll(pattern)) read.add(one ?? other!);
  }
  assert.ok(read.size > 5, [...read].join(" "));
  assert.deepEqual([...read].filter((name) => !reference.includes(`\`${name}\``)), []);
});

Deno.test("docs: every task is in the page for contributors", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/contributing.md", import.meta.url));
  const missing = Object.keys(configuration.tasks).filter((name) =>
    !new RegExp(`\`(?:deno task )?${name}\\b`).test(page)
  );
  assert.deepEqual(missing, []);
});
