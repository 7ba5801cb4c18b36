import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  confSchema,
  distributionDirs,
  parseNodes,
  readConf,
  resolvePaths,
} from "../../../lib/config/mod.ts";
import { anyDirectory } from "./reference.ts";

const textOf = (name: string) =>
  Deno.readTextFileSync(new URL(`../../../${name}`, import.meta.url));

const paths = resolvePaths({}, distributionDirs);
const schema = confSchema(paths);
const read = (text: string) =>
  readConf(text, { schema, strict: true, etcdir: paths.etcdir, stat: anyDirectory });

Deno.test("example of ctdb.conf: valid, and sets only the lock", () => {
  const { ok, ignored, messages, mentioned } = read(textOf("config/ctdb.conf.example"));
  deepStrictEqual([ok, ignored, messages], [true, false, []]);
  deepStrictEqual([...mentioned].map((option) => option.name), ["cluster lock"]);
});

Deno.test("example of ctdb.conf: shows every option, with its true default", () => {
  const shown = new Map<string, string>();
  for (const line of textOf("config/ctdb.conf.example").split("\n")) {
    const [, name, value] = /^\t(?:# )?([a-z ]+) = (.*)$/.exec(line) ?? [];
    if (name !== undefined) shown.set(name, value!);
  }
  const names = schema.map((option) => option.name).filter((name) => name !== "recovery lock");
  deepStrictEqual([...shown.keys()].sort(), names.sort());
  for (const option of schema) {
    if (option.default === undefined || !shown.has(option.name)) continue;
    strictEqual(shown.get(option.name), String(option.default), option.name);
  }
});

Deno.test("example of a nodes file: three nodes", () => {
  strictEqual(parseNodes(textOf("nodes.example"), "nodes.example").length, 3);
});
