/** The commands of README.md, as they stand there; its program is run by the test of the library. */
import assert from "node:assert/strict";
import { runCommand } from "../../testing/process/command.ts";
import { documentBlocks } from "../../testing/process/document.ts";
import { UNRUN_COMMANDS } from "../../tools/document-runs.ts";

const root = new URL("../../", import.meta.url).pathname;
const page = "README.md";

Deno.test("README: its commands do what they are there for", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "ctdb-readme-" });
  // The command of a clone, with the runtime that is there; what it makes goes elsewhere.
  const here = (text: string) =>
    text.replaceAll("npx -y deno@2.9.6", Deno.execPath())
      .replaceAll("/opt/ctdb", `${directory}/ctdb`).replaceAll("dist/", `${directory}/dist/`);
  try {
    for (const { line, words, text } of documentBlocks(await Deno.readTextFile(`${root}${page}`))) {
      const unrun = UNRUN_COMMANDS.some(({ file, begin }) =>
        file === page && text.startsWith(begin)
      );
      if (words[0] !== "sh" || unrun) continue;
      await t.step(`line ${line}`, async () => {
        const shell = ["bash", "-ec", here(text)];
        const { exit, stdout, stderr } = await runCommand(shell, { cwd: root });
        assert.equal(exit, 0, `${text}${stdout}${stderr}`);
      });
    }
    for (const program of ["ctdb/sbin/ctdbd", "ctdb/bin/ctdb", "ctdb/bin/onnode", "dist/ctdbd"]) {
      assert.ok((await Deno.stat(`${directory}/${program}`)).isFile, program);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
