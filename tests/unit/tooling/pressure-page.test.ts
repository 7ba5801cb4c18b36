import assert from "node:assert/strict";
import { withTable } from "../../../bench/pressure/page.ts";

Deno.test("the page gets the table between its marks, and keeps the rest", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/benchmarks.md", import.meta.url));
  const once = withTable(page, "| first |");
  const twice = withTable(once, "| second |");
  assert.ok(twice.includes("| second |") && !twice.includes("| first |"));
  const outside = (text: string) => {
    const [head, rest] = text.split("<!-- Made by");
    return [head, rest!.split("<!-- End")[1]];
  };
  assert.deepEqual(outside(twice), outside(page));
  assert.throws(() => withTable("no marks", "| x |"), /marks/);
});
