import assert from "node:assert/strict";
import { keyInLog } from "../../../lib/records/key-text.ts";

Deno.test("keys in the log are hex, and short unless all is wanted", () => {
  const key = Uint8Array.from({ length: 24 }, (_, i) => 0xa0 + i);
  assert.equal(keyInLog(key, false), "A0A1A2A3A4A5A6A7A8A9");
  assert.equal(keyInLog(key, true).length, 48);
  assert.equal(keyInLog(new Uint8Array([0, 0x0a]), false), "000A");
});
