import assert from "node:assert/strict";
import { task } from "./support/task.ts";

Deno.test("profile: it shows where the core's time goes, and names the files", async () => {
  const output = await Deno.makeTempDir({ prefix: "ctdb-profile-" });
  try {
    const rows = ["--seconds", "5", "--functions", "1000", "--output", output];
    const { stdout, stderr, exit } = await task("profile", "fetch-ring", ...rows);
    assert.equal(exit, 0, stdout + stderr);
    // What every hop of the ring comes by.
    assert.match(stdout, /\| (?:calls|locks|records|daemon)\/\S+\.ts:\d+ \|/);
    const [, file] = /^ {2}(\/\S+\.md)$/m.exec(stdout)!;
    assert.match(await Deno.readTextFile(file!), /^# CPU Profile/);
  } finally {
    await Deno.remove(output, { recursive: true });
  }
});
