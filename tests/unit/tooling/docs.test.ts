import assert from "node:assert/strict";
import configuration from "../../../deno.json" with { type: "json" };
import { programs } from "../../../cli/programs.ts";
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

Deno.test("limits: what they are of, what they count and what happens beyond them", () => {
  const source = "/**\n * Frames.\n *\n * @module\n */\n\n" +
    "/**\n * Bytes of a frame:\n * of any.\n *\n * Beyond it: its sender\n * is cut off.\n */\n" +
    "export const MAX_FRAME_BYTES = 4 * 1024;\n";
  assert.deepEqual(limitsIn("lib/limits/x.ts", source), {
    path: "lib/limits/x.ts",
    title: "Frames",
    limits: [{
      name: "MAX_FRAME_BYTES",
      value: "4 * 1024",
      unit: "bytes",
      what: "Bytes of a frame: of any.",
      beyond: "its sender is cut off.",
    }],
  });
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

Deno.test("docs: the programs of the reference are those that there are", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/reference.md", import.meta.url));
  const rows = page.split("## Files")[0]!.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)])
    .map(([, name]) => name!);
  assert.deepEqual(named.sort(), Object.keys(programs).sort());
});

Deno.test("docs: every task is in the page for contributors", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/contributing.md", import.meta.url));
  const missing = Object.keys(configuration.tasks).filter((name) =>
    !new RegExp(`\`(?:deno task )?${name}\\b`).test(page)
  );
  assert.deepEqual(missing, []);
});
