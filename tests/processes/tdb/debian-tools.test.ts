import assert from "node:assert/strict";
import { openTdb, TdbFlag } from "../../../lib/tdb/mod.ts";
import { bytes, withDirectory } from "../../unit/tdb/support.ts";
import { mustRun } from "../../../testing/process/command.ts";

const PERSISTENT = { flags: TdbFlag.DISALLOW_NESTING, hashSize: 7 };

const tool = (...command: string[]) => mustRun(command);

const noTools = !["/usr/bin/tdbdump", "/usr/bin/tdbtool"].every((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

Deno.test({
  name: "tdbdump and tdbtool (package tdb-tools) read what we wrote, and we what they did",
  ignore: noTools,
  fn: () =>
    withDirectory((directory) => {
      const path = `${directory}/x.tdb`;
      const tdb = openTdb(path, PERSISTENT);
      tdb.store(bytes("key"), bytes("ours"));
      tdb.close();
      assert.match(tool("tdbdump", path), /key\(3\) = "key"\ndata\(4\) = "ours"/);
      tool("tdbtool", path, "store", "other", "theirs");
      assert.match(tool("tdbtool", path, "check"), /Database integrity is OK and has 2 records/);
      const again = openTdb(path, PERSISTENT);
      assert.equal(again.traverseRead(() => {}), 2);
      again.close();
    }),
});
