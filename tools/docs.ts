/**
 * `deno task docs`: makes the pages of the documentation that follow from the source.
 *
 * @module
 */
import { say } from "./console.ts";
import { outdatedPages, writePages } from "./docs/mod.ts";
import { checkJsonDocs, writeJsonDocs } from "./json-docs.ts";
import { runTask } from "./task.ts";

if (import.meta.main) {
  await runTask({
    name: "docs",
    about: "Makes the pages of docs/ that follow from the source.",
    options: { check: { type: "boolean", help: "only say which are not as they would be made" } },
  }, async ({ check }) => {
    if (!check) {
      await writePages();
      await writeJsonDocs();
      return 0;
    }
    const outdated = [...await outdatedPages(), ...await checkJsonDocs()];
    for (const line of outdated) say(line);
    return outdated.length === 0 ? 0 : 1;
  });
}
