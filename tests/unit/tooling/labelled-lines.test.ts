import assert from "node:assert/strict";
import { LabelledLines } from "../../../tools/run.ts";

Deno.test("labelled lines: each line gets the label, whatever the pieces are", () => {
  const text = "one ... ok\n\n  two";
  for (let cut = 0; cut <= text.length; cut++) {
    const lines = new LabelledLines("sim");
    const shown = lines.add(text.slice(0, cut)) + lines.add(text.slice(cut)) + lines.end();
    assert.equal(shown, "sim | one ... ok\nsim | \nsim |   two\n");
  }
});

Deno.test("labelled lines: a line is held until it is whole, and nothing is added at the end", () => {
  const lines = new LabelledLines("sim");
  assert.equal(lines.add("one ... "), "");
  assert.equal(lines.add("ok\n"), "sim | one ... ok\n");
  assert.equal(lines.end(), "");
});
