import assert from "node:assert/strict";
import { LAYERS, wrongImport } from "../../../tools/imports.ts";
import { importsOf } from "../../../tools/module-graph.ts";

Deno.test("imports: found in every form, not in comments", () => {
  const source = `/**
 * import { a } from "./in-a-comment.ts";
 */
import { b } from "./b.ts";
import type { C } from "../c/mod.ts";
// import { d } from "./commented-out.ts";
export * from "./e.ts";
import "./f.ts";
const g = () => import("./g.ts");
import { parseArgs } from "node:util";
import {
  h,
} from "../../lib/h/mod.ts";
`;
  assert.deepEqual(importsOf(source), [
    "./b.ts",
    "../c/mod.ts",
    "./e.ts",
    "./f.ts",
    "./g.ts",
    "../../lib/h/mod.ts",
  ]);
});

Deno.test("imports: down the layers only, and through mod.ts", () => {
  assert.equal(wrongImport("lib/wire/a.ts", "lib/base/mod.ts"), undefined);
  assert.equal(wrongImport("lib/wire/sub/a.ts", "lib/wire/b.ts"), undefined);
  assert.equal(wrongImport("cli/ctdb.ts", "lib/client/mod.ts"), undefined);
  assert.equal(wrongImport("cli/ctdb/a.ts", "cli/io.ts"), undefined);
  assert.match(wrongImport("lib/base/a.ts", "lib/wire/mod.ts") ?? "", /not below/);
  assert.match(wrongImport("lib/wire/a.ts", "lib/base/clock.ts") ?? "", /only lib\/base\/mod.ts/);
  assert.match(wrongImport("cli/ctdb.ts", "lib/client/attach.ts") ?? "", /only lib\/client\/mod/);
  assert.match(wrongImport("lib/daemon/a.ts", "cli/io.ts") ?? "", /not below/);
});

Deno.test("imports: beside the layers, too", () => {
  assert.equal(wrongImport("testing/cluster/a.ts", "lib/wire/mod.ts"), undefined);
  assert.equal(wrongImport("bench/a.ts", "testing/cluster/cluster.ts"), undefined);
  assert.equal(wrongImport("tests/unit/wire/a.test.ts", "lib/wire/bytes.ts"), undefined);
  assert.equal(wrongImport("tests/tools/a.test.ts", "mod.ts"), undefined);
  assert.match(wrongImport("testing/a.ts", "lib/wire/bytes.ts") ?? "", /only lib\/wire\/mod.ts/);
  assert.match(wrongImport("tools/a.ts", "lib/config/nodes.ts") ?? "", /only lib\/config\/mod.ts/);
  assert.match(wrongImport("testing/a.ts", "tests/support/b.ts") ?? "", /not below/);
  assert.match(wrongImport("cli/a.ts", "testing/b.ts") ?? "", /not below/);
  assert.match(wrongImport("lib/wire/a.ts", "tools/b.ts") ?? "", /not below/);
  assert.match(wrongImport("cli/a.ts", "mod.ts") ?? "", /on their own/);
  assert.match(wrongImport("tests/a.test.ts", "tests/b.test.ts") ?? "", /not imported/);
});

Deno.test("imports: every folder of lib has its place in the order", async () => {
  const folders = await Array.fromAsync(Deno.readDir(new URL("../../../lib", import.meta.url)));
  const unknown = folders.map(({ name }) => name).filter((name) => !LAYERS.includes(name));
  assert.deepEqual(unknown, []);
  assert.throws(() => wrongImport("lib/new/a.ts", "lib/base/mod.ts"), /layer of lib\/new\/a.ts/);
});

Deno.test("a folder may have faces that load a part of it", () => {
  assert.equal(wrongImport("cli/a.ts", "lib/client/mod_connection.ts"), undefined);
  assert.equal(wrongImport("lib/daemon/a.ts", "lib/wire/mod_ip.ts"), undefined);
  for (const other of ["lib/client/modules.ts", "lib/client/x/mod_y.ts", "lib/client/attach.ts"]) {
    assert.match(wrongImport("cli/a.ts", other)!, /^only lib\/client\/mod\.ts/);
  }
  assert.match(wrongImport("lib/wire/a.ts", "lib/client/mod_connection.ts")!, /is not below/);
});
