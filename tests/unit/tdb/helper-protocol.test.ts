import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeLockRequest, encodeLockRequest } from "../../../lib/tdb/helper-protocol.ts";

Deno.test("lock requests survive the way through a line", () => {
  fc.assert(fc.property(
    fc.string({ unit: "binary" }),
    fc.nat(0xffff),
    fc.nat(200_000),
    fc.option(fc.uint8Array(), { nil: undefined }),
    (path, flags, hashSize, key) => {
      const line = encodeLockRequest({ path, flags, hashSize, key });
      assert.ok(!line.includes("\n"));
      assert.deepEqual(decodeLockRequest(line), { path, flags, hashSize, key });
    },
  ));
});

Deno.test("other lines are not requests", () => {
  for (const line of ["", "U", 'L 1c41 0 6 "/x"', "L 1c41 0 61 /x", 'L x 0 61 "/x"']) {
    assert.equal(decodeLockRequest(line), undefined, line);
  }
});
