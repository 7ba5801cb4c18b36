import fc from "fast-check";
import assert from "node:assert/strict";
import * as wire from "../../../lib/wire/mod.ts";
import {
  array,
  at,
  ByteReader,
  ByteWriter,
  type Codec,
  type ControlName,
  controlRow,
  controls,
  decode,
  decodeStart,
  encode,
  list,
  many,
  struct,
  u32,
  u8,
  WireError,
} from "../../../lib/wire/mod.ts";
import { everyCodec } from "./arbitraries.ts";
import { harm, harms, onlyWireError, weight } from "./hostile.ts";

function isCodec(value: unknown): value is Codec<unknown> {
  return typeof value === "object" && value !== null && "minSize" in value && "read" in value;
}

Deno.test("every codec is tested", () => {
  const exported = Object.entries(wire).filter(([, value]) => isCodec(value));
  assert.deepEqual(Object.keys(everyCodec).sort(), exported.map(([name]) => name).sort());
  for (const [name, value] of exported) assert.equal(everyCodec[name]!.codec, value);
});

Deno.test("every codec of the tables of controls and messages is tested", () => {
  const known = new Set(Object.values(everyCodec).map(({ codec }) => codec));
  for (const name of Object.keys(controls) as ControlName[]) {
    const { request, reply } = controlRow(name);
    assert(known.has(request as Codec<unknown>), `request of ${name}`);
    assert(known.has(reply as Codec<unknown>), `reply of ${name}`);
  }
  for (const [name, codec] of Object.entries(wire.messages)) {
    assert(known.has(codec as Codec<unknown>), name);
  }
});

for (const [name, { codec, arbitrary }] of Object.entries(everyCodec)) {
  Deno.test(`${name}: decode undoes encode`, () => {
    fc.assert(fc.property(arbitrary, (value) => {
      const bytes = encode(codec, value);
      assert(bytes.byteLength >= codec.minSize);
      assert.deepEqual(decode(codec, bytes), value);
      assert.equal(encode(codec, decode(codec, bytes)).toHex(), bytes.toHex());
    }));
  });

  Deno.test(`${name}: bad bytes throw WireError or decode to no more than was sent`, () => {
    const bad = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.tuple(arbitrary, harms).map(([value, todo]) => harm(encode(codec, value), todo)),
    );
    fc.assert(fc.property(bad, (bytes) => {
      const value = onlyWireError(() => decode(codec, bytes));
      // 70 is what an object of the richest type weighs without any list in it.
      if (value !== undefined) assert(weight(value) <= 2 * bytes.byteLength + 70);
    }));
  });
}

Deno.test("a value that a field cannot hold is refused", () => {
  for (const value of [-1, 2 ** 32, 1.5, NaN, Infinity]) {
    assert.throws(() => encode(wire.u32, value), WireError);
    assert.throws(() => encode(wire.u16, value), WireError);
    assert.throws(() => encode(wire.u8, value), WireError);
  }
  for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5]) {
    assert.throws(() => encode(wire.i32, value), WireError);
  }
  for (const value of [-1n, 2n ** 64n]) assert.throws(() => encode(wire.u64, value), WireError);
  assert.throws(() => encode(wire.timeValue, 2n ** 83n), WireError);
  for (const value of ["a\0b", "\ud800"]) {
    for (const codec of [wire.cstr, wire.strn, wire.restText, wire.paddedText(18)]) {
      assert.throws(() => encode(codec, value), WireError);
    }
  }
  assert.throws(() => encode(wire.paddedText(4), "four"), WireError);
  assert.throws(() => encode(wire.variableList, ["a:b"]), WireError);
  assert.throws(() => encode(wire.variableList, [""]), WireError);
});

Deno.test("strings: what is terminated must be, names must be UTF-8, output need not", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.throws(() => decode(wire.cstr, bytes("name")), { code: "text" });
  assert.equal(decode(wire.cstr, bytes("name\0rest")), "name");
  assert.equal(decode(wire.cstrOrNull, bytes("")), null);
  assert.equal(decode(wire.cstrOrNull, bytes("\0")), "");
  assert.throws(() => decode(wire.cstr, new Uint8Array([0xff, 0])), { code: "text" });
  assert.equal(decode(wire.restText, new Uint8Array([0x61, 0xff])), "a\ufffd");
  assert.equal(encode(wire.strnOrNull, null).toHex(), "00000000");
  assert.equal(encode(wire.strnOrNull, "").toHex(), "0100000000");
  assert.throws(() => decode(wire.strn, new Uint8Array(4)), { code: "text" });
  assert.equal(decode(wire.strn, new Uint8Array([3, 0, 0, 0, 0x61, 0, 0x62])), "a");
  const bom = "\ufeffdatabase.tdb";
  assert.equal(decode(wire.cstr, encode(wire.cstr, bom)), bom);
});

Deno.test("a bool above 1 and an unknown address family are refused", () => {
  assert.throws(() => decode(wire.bool8, new Uint8Array([2])), { code: "value" });
  assert.throws(() => decode(wire.socketAddress, new Uint8Array(28)), { code: "value" });
});

Deno.test("pads are written as zero and read as anything", () => {
  const padded = struct<{ a: number; b: number }>({ a: at(0, u8), b: at(4, u32) }, 12);
  assert.equal(encode(padded, { a: 1, b: 2 }).toHex(), "010000000200000000000000");
  const bytes = Uint8Array.fromHex("01ffffff02000000ffffffff");
  assert.deepEqual(decode(padded, bytes), { a: 1, b: 2 });
});

Deno.test("a struct whose fields overlap cannot be defined", () => {
  assert.throws(
    () => struct<{ a: number; b: number }>({ a: at(0, u32), b: at(2, u32) }),
    WireError,
  );
});

Deno.test("counts that the bytes cannot hold are refused before anything is read", () => {
  const huge = new Uint8Array([0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0]);
  assert.throws(() => decode(list(u32), huge), { code: "count" });
  assert.throws(() => decode(array(u32, 3), huge), { code: "count" });
  assert.throws(() => encode(array(u32, 3), [1, 2]), { code: "count" });
  assert.deepEqual(decode(many(u32), huge), [0xffffffff, 1]);
});

Deno.test("inner lengths of a record must agree", () => {
  const bytes = encode(wire.marshalledRecord, {
    reqid: 0,
    key: new Uint8Array([1]),
    data: new Uint8Array([2, 3]),
  });
  bytes[0]!++;
  assert.throws(() => decode(wire.marshalledRecord, bytes), { code: "count" });
});

Deno.test("bytes left over are refused unless the codec says otherwise", () => {
  assert.throws(() => decode(wire.u32, new Uint8Array(5)), { code: "trailing" });
  assert.equal(decodeStart(wire.u32, new Uint8Array(5)), 0);
  assert.throws(() => decodeStart(wire.u32, new Uint8Array(3)), { code: "truncated" });
  assert.equal(decode(wire.ignored, new Uint8Array(5)), undefined);
});

Deno.test("a writer grows at any value and a patch stays within what was written", () => {
  fc.assert(fc.property(fc.nat(40), fc.nat(40), (before, capacity) => {
    const w = new ByteWriter(capacity);
    w.zeros(before);
    w.u8(1);
    w.u16(2);
    w.u16be(3);
    w.u32(4);
    w.i32(-5);
    w.u64(6n);
    w.i64(-7n);
    w.f64(8.5);
    w.bytes(new Uint8Array([9]));
    w.patchU32(before + 5, 44);
    assert.throws(() => w.patchU32(w.offset - 3, 0), WireError);
    const r = new ByteReader(w.finish());
    r.skip(before);
    assert.deepEqual([r.u8(), r.u16(), r.u16be(), r.u32(), r.i32()], [1, 2, 3, 44, -5]);
    assert.deepEqual([r.u64(), r.i64(), r.f64()], [6n, -7n, 8.5]);
    assert.deepEqual(r.rest(), new Uint8Array([9]));
    assert.throws(() => r.u8(), { code: "truncated" });
  }));
});

Deno.test("byte fields are views of what was decoded", () => {
  const bytes = encode(wire.blobn, new Uint8Array([1, 2, 3]));
  const value = decode(wire.blobn, bytes);
  bytes[4] = 9;
  assert.equal(value[0], 9);
});
