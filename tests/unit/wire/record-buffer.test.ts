import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decode,
  encode,
  recordBuffer,
  walkRecordBuffer,
  WireError,
} from "../../../lib/wire/mod.ts";

const record = fc.record({
  reqid: fc.nat(),
  key: fc.uint8Array({ maxLength: 20 }),
  data: fc.uint8Array({ maxLength: 40 }),
});
const buffers = fc.record({ dbId: fc.nat(), records: fc.array(record, { maxLength: 10 }) });

Deno.test("a walk over a record buffer sees what decoding it does", () => {
  fc.assert(fc.property(buffers, (buffer) => {
    const bytes = encode(recordBuffer, buffer);
    const seen: { key: Uint8Array; data: Uint8Array }[] = [];
    const { dbId, count } = walkRecordBuffer(bytes, (key, data, end) => {
      seen.push({ key: bytes.slice(key, data), data: bytes.slice(data, end) });
    });
    assert.deepEqual([dbId, count], [buffer.dbId, buffer.records.length]);
    assert.deepEqual(seen, buffer.records.map(({ key, data }) => ({ key, data })));
  }));
});

/** Whether a reader takes the bytes; anything but a WireError is a defect. */
function takes(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
    return false;
  }
}

Deno.test("a walk refuses what decoding refuses, and nothing else", () => {
  const changed = fc.tuple(buffers, fc.nat(), fc.nat(255), fc.nat(12), fc.boolean());
  fc.assert(
    fc.property(changed, ([buffer, place, byte, cut, longer]) => {
      const sound = encode(recordBuffer, buffer);
      const bytes = longer
        ? new Uint8Array([...sound, ...new Uint8Array(cut)])
        : sound.slice(0, Math.max(0, sound.length - cut));
      if (bytes.length > 0) bytes[place % bytes.length] = byte;
      const walked = takes(() => walkRecordBuffer(bytes));
      assert.equal(walked, takes(() => decode(recordBuffer, bytes)));
    }),
    { numRuns: 2000 },
  );
});
