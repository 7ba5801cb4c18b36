import fc from "fast-check";
import assert from "node:assert/strict";
import {
  array,
  at,
  type Codec,
  copyForDestination,
  decodePacket,
  encode,
  encodePacket,
  i32,
  Operation,
  type Packet,
  type Padding,
  patchDestination,
  patchHeader,
  patchRedirect,
  readHeader,
  type ReqCall,
  struct,
  traceFrame,
  u32,
  u64,
  WireError,
} from "../../../lib/wire/mod.ts";
import * as arbitrary from "./arbitraries.ts";
import { harm, harms, onlyWireError, weight } from "./hostile.ts";

// The layouts of wire.md 3 once more, slowly and by table: what the hand-written encoders must
// agree with. A field here is a u32 unless it says otherwise.

type Shape = readonly [name: string, codec?: Codec<unknown>];

const LAYOUTS: Record<number, readonly Shape[]> = {
  [Operation.REQ_CALL]: [["flags"], ["dbId"], ["callid"], ["hopcount"], ["#key"], ["#calldata"]],
  [Operation.REPLY_CALL]: [["status", i32 as Codec<unknown>], ["#data"]],
  [Operation.REQ_DMASTER]: [
    ...[["dbId"], ["-"], ["rsn", u64 as Codec<unknown>], ["dmaster"], ["#key"], ["#data"]] as const,
    ["+recordFlags"],
  ],
  [Operation.REPLY_DMASTER]: [
    ...[["dbId"], ["-"], ["rsn", u64 as Codec<unknown>], ["#key"], ["#data"]] as const,
    ["+recordFlags"],
  ],
  [Operation.REPLY_ERROR]: [["status", i32 as Codec<unknown>], ["#message"]],
  [Operation.REQ_MESSAGE]: [["srvid", u64 as Codec<unknown>], ["#data"]],
  [Operation.REQ_CONTROL]: [
    ...[["opcode"], ["-"], ["srvid", u64 as Codec<unknown>], ["clientId"], ["flags"]] as const,
    ["#data"],
  ],
  [Operation.REPLY_CONTROL]: [["status", i32 as Codec<unknown>], ["#data"], ["#error"]],
  [Operation.REQ_KEEPALIVE]: [["version"], ["uptime_s"]],
  [Operation.REQ_TUNNEL]: [["tunnelId", u64 as Codec<unknown>], ["flags"], ["#data"]],
};

/** `#x` is a part whose length stands here; `+x` follows the parts; `-` is a pad. */
function encodeByTable(packet: Packet): Uint8Array {
  const values = packet as unknown as Record<string, unknown>;
  const fixed: Uint8Array[] = [];
  const parts: Uint8Array[] = [];
  for (const [name, codec = u32 as Codec<unknown>] of LAYOUTS[packet.operation]!) {
    const field = name.replace(/^[#+-]/, "");
    if (name === "-") fixed.push(encode(u32, 0));
    else if (name.startsWith("+")) parts.push(encode(u32, values[field] as number));
    else if (name.startsWith("#")) {
      const part = partBytes(field, values[field]);
      fixed.push(encode(u32, part.byteLength));
      parts.push(part);
    } else fixed.push(encode(codec, values[field]));
  }
  const body = [...fixed, ...parts].flatMap((bytes) => [...bytes]);
  const { generation, destnode, srcnode, reqid, operation } = packet;
  const words = [0x43544442, 1, generation, operation, destnode, srcnode, reqid];
  return new Uint8Array([...encode(array(u32, 8), [32 + body.length, ...words]), ...body]);
}

function partBytes(field: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return new TextEncoder().encode(field === "message" ? `${value}\0` : String(value));
}

const MINIMUM: Record<number, number> = {
  [Operation.REQ_CALL]: 64,
  [Operation.REPLY_CALL]: 48,
  [Operation.REQ_DMASTER]: 64,
  [Operation.REPLY_DMASTER]: 64,
  [Operation.REPLY_ERROR]: 48,
  [Operation.REQ_MESSAGE]: 48,
  [Operation.REQ_CONTROL]: 64,
  [Operation.REPLY_CONTROL]: 48,
  [Operation.REQ_KEEPALIVE]: 40,
  [Operation.REQ_TUNNEL]: 56,
};

Deno.test("the hand-written encoders write what the tables of the specification say", () => {
  fc.assert(
    fc.property(arbitrary.packet, (packet) => {
      assert.equal(encodePacket(packet, "exact").toHex(), encodeByTable(packet).toHex());
    }),
    { numRuns: 500 },
  );
});

Deno.test("padding is zero and as long as each kind of sender makes it", () => {
  fc.assert(
    fc.property(arbitrary.packet, (packet) => {
      const exact = encodePacket(packet, "exact");
      const used = exact.byteLength;
      const sizes: Record<Padding, number> = {
        exact: used,
        tool: Math.ceil(used / 8) * 8,
        node: Math.max(Math.ceil(used / 8) * 8, MINIMUM[packet.operation]!),
      };
      for (const [padding, size] of Object.entries(sizes) as [Padding, number][]) {
        const frame = encodePacket(packet, padding);
        assert.equal(frame.byteLength, size);
        assert.equal(readHeader(frame).length, size);
        assert.equal(frame.subarray(4, used).toHex(), exact.subarray(4).toHex());
        assert(frame.subarray(used).every((byte) => byte === 0));
        assert.deepEqual(decodePacket(frame), packet);
      }
      assert.deepEqual(encodePacket(packet), encodePacket(packet, "node"));
    }),
    { numRuns: 500 },
  );
});

const call: ReqCall = {
  operation: Operation.REQ_CALL,
  generation: 5,
  destnode: 1,
  srcnode: 2,
  reqid: 3,
  flags: 0,
  dbId: 7,
  callid: 0xff000001,
  hopcount: 0,
  key: new TextEncoder().encode("a key of some length"),
  calldata: new Uint8Array(0),
};

Deno.test("a redirect changes destination and hop count where the frame lies", () => {
  const frame = encodePacket(call);
  patchRedirect(frame, 9, 1);
  assert.deepEqual(decodePacket(frame), { ...call, destnode: 9, hopcount: 1 });
  patchDestination(frame, 4);
  assert.deepEqual(decodePacket(frame), { ...call, destnode: 4, hopcount: 1 });
});

Deno.test("a header is rewritten field by field", () => {
  const frame = encodePacket(call);
  const header = { generation: 0xfffffffe, destnode: 2, srcnode: 3, reqid: 0x80000000 };
  patchHeader(frame, header);
  assert.deepEqual(decodePacket(frame), { ...call, ...header });
  patchHeader(frame, { reqid: 1 });
  assert.deepEqual(decodePacket(frame), { ...call, ...header, reqid: 1 });
});

Deno.test("a copy for another node leaves the frame alone", () => {
  const frame = encodePacket(call);
  assert.equal(readHeader(copyForDestination(frame, 8)).destnode, 8);
  assert.equal(readHeader(frame).destnode, 1);
});

Deno.test("what is no number of a node is not patched in", () => {
  assert.throws(() => patchDestination(encodePacket(call), -1), { code: "value" });
  assert.throws(() => patchDestination(new Uint8Array(20), 1), { code: "truncated" });
});

Deno.test("headers: each thing wrong has its code", () => {
  const spoilt = (offset: number, value: number) => {
    const frame = encodePacket(call);
    new DataView(frame.buffer).setUint32(offset, value, true);
    return frame;
  };
  for (const read of [readHeader, decodePacket]) {
    assert.throws(() => read(new Uint8Array(31)), { code: "truncated" });
    assert.throws(() => read(spoilt(0, 79)), { code: "length" });
    assert.throws(() => read(spoilt(4, 1)), { code: "magic" });
    assert.throws(() => read(spoilt(8, 2)), { code: "version" });
  }
  assert.equal(readHeader(spoilt(16, 6)).operation, 6);
  assert.throws(() => decodePacket(spoilt(16, 6)), { code: "operation" });
  assert.throws(() => decodePacket(spoilt(48, 0xffffffff)), { code: "truncated" });
  assert.throws(() => decodePacket(spoilt(52, 0xffffffff)), { code: "truncated" });
});

Deno.test("record flags that an old sender left out are 0", () => {
  for (const operation of [Operation.REQ_DMASTER, Operation.REPLY_DMASTER] as const) {
    const packet: Packet = {
      ...{ operation, generation: 1, destnode: 0, srcnode: 0, reqid: 0, dbId: 1, rsn: 2n },
      ...{ dmaster: 1, key: new Uint8Array(3), data: new Uint8Array(2), recordFlags: 0x10000 },
    };
    const frame = encodePacket(packet, "exact");
    const short = frame.slice(0, -4);
    new DataView(short.buffer).setUint32(0, short.byteLength, true);
    const decoded = decodePacket(short);
    assert(decoded.operation === operation);
    assert.equal(decoded.recordFlags, 0);
  }
});

Deno.test("a keepalive without version and uptime is refused", () => {
  const header = struct<{ words: readonly number[] }>({ words: at(0, array(u32, 8)) });
  const words = [32, 0x43544442, 1, 1, Operation.REQ_KEEPALIVE, 0, 1, 0];
  assert.throws(() => decodePacket(encode(header, { words })), { code: "truncated" });
});

Deno.test("a number that does not fit is not encoded", () => {
  for (const wrong of [{ dbId: -1 }, { reqid: 2 ** 32 }, { hopcount: 0.5 }]) {
    assert.throws(() => encodePacket({ ...call, ...wrong }), WireError);
  }
});

Deno.test("bad frames throw WireError or decode to no more than was sent", () => {
  const bad = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(arbitrary.packet, harms).map(([packet, todo]) => harm(encodePacket(packet), todo)),
    // With the length put right, so that the harm reaches the decoders behind the header.
    fc.tuple(arbitrary.packet, harms).map(([packet, todo]) => {
      const frame = harm(encodePacket(packet), todo);
      if (frame.byteLength >= 4) frame.set(encode(u32, frame.byteLength));
      return frame;
    }),
  );
  fc.assert(
    fc.property(bad, (frame) => {
      const packet = onlyWireError(() => decodePacket(frame));
      if (packet !== undefined) assert(weight(packet) <= frame.byteLength + 16);
      assert(!traceFrame(frame).includes("\n"));
    }),
    { numRuns: 2000 },
  );
});
