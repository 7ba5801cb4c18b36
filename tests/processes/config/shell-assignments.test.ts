import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseShellAssignments } from "../../../lib/config/shell-assignments.ts";
import { withDirectory } from "../../unit/config/reference.ts";
import { runCommandSync } from "../../../testing/process/command.ts";

/** A value in one of the ways of writing it. */
const written = fc.array(
  fc.oneof(
    fc.stringMatching(/^[a-z0-9/:.,%+-]{1,6}$/),
    fc.stringMatching(/^[ a-z"$;#|\\]{0,6}$/).map((text) => `'${text}'`),
    fc.array(fc.constantFrom("a", " ", "'", "\\\\", '\\"', "\\$", "\\n", "#", ";")).map((text) =>
      `"${text.join("")}"`
    ),
    fc.constantFrom("\\ ", "\\'", "\\\\", "\\#", "\\$"),
  ),
  { maxLength: 5 },
).map((parts) => parts.join(""));

Deno.test("assignments: sh understands them the same", async () => {
  await withDirectory((directory) => {
    const script = `${directory}/script`;
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (values) => {
        const text = values.map((value, i) => `CTDB_X${i}=${value} # comment\n`).join("");
        Deno.writeTextFileSync(
          script,
          text + values.map((_, i) => `printf '%s\\n' "$CTDB_X${i}"\n`).join(""),
        );
        const { stdout } = runCommandSync(["sh", script]);
        const { variables, skipped } = parseShellAssignments(text);
        deepStrictEqual(skipped, [], text);
        const lines = [...variables.values()].map(({ value }) => `${value}\n`).join("");
        strictEqual(lines, stdout, text);
      }),
      { numRuns: 50 },
    );
  });
});
