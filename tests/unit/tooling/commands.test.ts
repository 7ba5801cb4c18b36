import assert from "node:assert/strict";
import { startsIn } from "../../../tools/commands.ts";

Deno.test("whatever starts a program is found", () => {
  for (
    const line of [
      'const child = new Deno.Command("ls").spawn();',
      "const { Command } = Deno; const make = Deno.Command;",
      'Deno.spawnAndWait("ls");',
      'import { spawn } from "node:child_process";',
      'await import("child_process");',
    ]
  ) {
    assert.deepEqual(startsIn(`\n${line}\n`), [2], line);
  }
});

Deno.test("types, and what is said of programs, start none", () => {
  const source =
    '/** new Deno.Command */\nlet a: Deno.CommandOptions; // Deno.Command\nspawnCommand(["ls"]);';
  assert.deepEqual(startsIn(source), []);
});
