import assert from "node:assert/strict";
import { outsideIn } from "../../../tools/outside.ts";

const up = (levels: number) => "../".repeat(levels);

Deno.test("outside: a path may go up to the root, not above it", () => {
  const source = (levels: number) => `x;\nimport "${up(levels)}a.ts";\n`;
  assert.deepEqual(outsideIn("lib/wire/x.ts", source(2)), []);
  assert.deepEqual(outsideIn("lib/wire/x.ts", source(3)), [2]);
  assert.deepEqual(outsideIn("mod.ts", source(1)), [2]);
});

Deno.test("outside: nor above a variable that holds the root", () => {
  for (const root of ["${root}", "${ROOT}", "$root/"]) {
    assert.deepEqual(outsideIn("tests/x.ts", `"${root}${up(1)}shared/x"`), [1], root);
  }
  assert.deepEqual(outsideIn("tests/x.ts", "`${root}tests/vectors`"), []);
});
