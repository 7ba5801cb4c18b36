import assert from "node:assert/strict";
import { programs } from "../../../cli/programs.ts";
import { ALL_PROGRAMS } from "../../../tools/programs.ts";

Deno.test("every program that the binary can be is installed, each in one place", () => {
  assert.deepEqual([...ALL_PROGRAMS].sort(), Object.keys(programs).sort());
});
