import assert from "node:assert/strict";
import { isProgram, selectProgram } from "../../../cli/programs.ts";

/** What was picked, by `CTDB_PROGRAM`, argv[0] and the words. */
function select(variable: string | undefined, argv0: string, ...args: string[]) {
  const selection = selectProgram({ variable, argv0, args });
  return selection && [selection.name, selection.program, ...selection.args];
}

Deno.test("the name that the binary is called by decides", () => {
  assert.deepEqual(select(undefined, "onnode", "all", "ctdb"), ["onnode", "onnode", "all", "ctdb"]);
  assert.deepEqual(select(undefined, "/usr/bin/ctdb", "status"), [
    "ctdb",
    "/usr/bin/ctdb",
    "status",
  ]);
});

Deno.test("the variable of a launcher wins over the name", () => {
  assert.deepEqual(select("/x/onnode", "ctdbd", "0", "x"), ["onnode", "/x/onnode", "0", "x"]);
  assert.deepEqual(select("", "ctdb", "x"), ["ctdb", "ctdb", "x"]);
});

Deno.test("the binary's own name: the first word may name another program", () => {
  assert.deepEqual(select(undefined, "/sbin/ctdbd", "onnode", "0"), ["onnode", "onnode", "0"]);
  assert.deepEqual(select("ctdbd", "deno", "ctdb", "status"), ["ctdb", "ctdb", "status"]);
  assert.deepEqual(select(undefined, "ctdbd", "-i"), ["ctdbd", "ctdbd", "-i"]);
  assert.deepEqual(select(undefined, "ctdbd"), ["ctdbd", "ctdbd"]);
});

Deno.test("any other name: the first word", () => {
  assert.deepEqual(select(undefined, "deno", "ping_pong", "f"), ["ping_pong", "ping_pong", "f"]);
  assert.equal(select(undefined, "deno", "nosuch"), undefined);
  assert.equal(select(undefined, "deno"), undefined);
});

Deno.test("names of objects' own members are no programs", () => {
  assert.equal(isProgram("constructor"), false);
  assert.equal(isProgram("toString"), false);
  assert.equal(select(undefined, "deno", "toString"), undefined);
});
