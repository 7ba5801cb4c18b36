/**
 * `deno task style`: the rules of style alone, and the upkeep of their list of exceptions.
 *
 * @module
 */
import { complain } from "./console.ts";
import { checkStyle, RULES, shortenExceptions } from "./style/mod.ts";
import { runTask } from "./task.ts";

if (import.meta.main) {
  await runTask({
    name: "style",
    about: "Checks the rules of style, which deno task ok does too.",
    options: {
      shorten: { type: "boolean", help: "take out of tools/style/exceptions.json what is mended" },
    },
    more: `Rules: ${RULES.map(({ name }) => name).join(", ")}`,
  }, async ({ shorten }) => {
    if (shorten) await shortenExceptions();
    const { broken, mended } = await checkStyle();
    for (const line of [...broken, ...mended]) complain(line);
    if (mended.length > 0) complain("Make the list shorter: deno task style --shorten");
    return broken.length === 0 ? 0 : 1;
  });
}
