/** Every block of the documentation is run by something, or says why not. */
import assert from "node:assert/strict";
import { documentBlocks } from "../../../testing/process/document.ts";
import { RUN_BY, UNRUN_COMMANDS } from "../../../tools/document-runs.ts";

const root = new URL("../../../", import.meta.url);
const pages = [
  "README.md",
  ...[...Deno.readDirSync(new URL("docs/", root))]
    .filter(({ name }) => name.endsWith(".md")).map(({ name }) => `docs/${name}`),
].sort();
const textOf = (page: string) => Deno.readTextFileSync(new URL(page, root));

/** Languages of what is shown; commands are `sh`, and configuration that is checked is `ini`. */
const SHOWN = ["text", "yaml", "json"];

Deno.test("documents: a block of commands or code is run by something that there is", () => {
  for (const page of pages) {
    for (const { line, words, text } of documentBlocks(textOf(page))) {
      const [language = ""] = words;
      if (SHOWN.includes(language)) continue;
      // What the commands before it print.
      if (language === "" && page === "docs/tutorial.md") continue;
      assert.ok(["sh", "ini", "ts"].includes(language), `${page}:${line}: a block of ${language}`);
      const unrun = UNRUN_COMMANDS.some(({ file, begin }) =>
        file === page && text.startsWith(begin)
      );
      assert.ok(unrun || RUN_BY[page] !== undefined, `${page}:${line}: nothing runs this`);
    }
  }
});

Deno.test("documents: what runs a page is there, and what is not run stands in it", () => {
  for (const [page, runner] of Object.entries(RUN_BY)) {
    assert.ok(pages.includes(page), page);
    assert.ok(Deno.statSync(new URL(runner, root)).isFile, runner);
  }
  for (const { file, begin, reason } of UNRUN_COMMANDS) {
    assert.ok(textOf(file).split("\n").some((line) => line.startsWith(begin)), `${file}: ${begin}`);
    assert.notEqual(reason, "");
  }
});

Deno.test("documents: what the log says in docs/troubleshooting.md, a program says", () => {
  const said = [...textOf("docs/troubleshooting.md").matchAll(/[Ll]og(?: says|:) `([^`]+)`/g)];
  assert.notEqual(said.length, 0);
  const source = [...filesBelow("lib/"), ...filesBelow("cli/")].map(textOf).join("");
  for (const [, text] of said) assert.ok(source.includes(text!), text);
});

function* filesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* filesBelow(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
  }
}
