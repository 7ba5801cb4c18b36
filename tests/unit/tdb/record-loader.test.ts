import assert from "node:assert/strict";
import { NOT_CLEAR, NOT_THERE } from "../../../lib/tdb/mapped-records.ts";
import { MappedLoader } from "../../../lib/tdb/record-loader.ts";
import { openMemoryTdb } from "../../../lib/tdb/mod.ts";
import { bytes } from "./support.ts";

Deno.test("a donor that is not found where it should be is not left behind", () => {
  const tdb = openMemoryTdb();
  let looks = 0;
  const records = {
    find: () => looks++ === 0 ? NOT_THERE : NOT_CLEAR,
    replace: () => assert.fail("nothing to replace"),
    carve: () => assert.fail("nothing to carve"),
  };
  const file = { tdb, records, hashFlags: 0, free: (key: Uint8Array) => void tdb.delete(key) };
  const loader = new MappedLoader(file, 1_000_000);
  const record = bytes("keyvalue");
  loader.store({ bytes: record, key: 0, data: 3, end: 8 });
  loader.finish();
  const keys: string[] = [];
  tdb.traverseRead((key) => void keys.push(new TextDecoder().decode(key)));
  assert.deepEqual(keys, ["key"]);
  assert.deepEqual(tdb.fetch(bytes("key")), bytes("value"));
});
