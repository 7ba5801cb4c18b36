import fc from "fast-check";
import assert from "node:assert/strict";
import {
  decodeEventReply,
  decodeEventRequest,
  encodeEventReply,
  encodeEventRequest,
  EventCommand,
  type EventdRequest,
  type EventReply,
  FrameSplitter,
  WireError,
} from "../../../lib/wire/mod.ts";
import { i32, text, u32 } from "./arbitraries.ts";
import { harm, harms, onlyWireError, weight } from "./hostile.ts";
import { readVectors, valueLeaves, vectorLeaves } from "./vectors.ts";

for (const { name, direction, frame, fields } of readVectors("wire-eventd.json")) {
  Deno.test(`${name} decodes, and encodes to the same bytes`, () => {
    const isReply = direction.startsWith("eventd->");
    const { reqid, body } = isReply ? decodeEventReply(frame) : decodeEventRequest(frame);
    const header = fields.header as { readonly [key: string]: number };
    assert.equal(reqid, header.reqid);
    const { header: _, ...expected } = fields;
    const { status, ...rest } = { status: null, ...body };
    const ours = status === null ? rest : { ...rest, status };
    assert.deepEqual(valueLeaves(ours), vectorLeaves(expected));
    const again = isReply
      ? encodeEventReply(reqid, body as EventReply)
      : encodeEventRequest(reqid, body as EventdRequest);
    assert.equal(again.toHex(), frame.toHex());
  });
}

const name = text(100);
const plain = { noNullPrototype: true };

const request: fc.Arbitrary<EventdRequest> = fc.oneof(
  fc.record({
    command: fc.constant(EventCommand.RUN),
    component: name,
    event: name,
    args: fc.option(name),
    timeout_s: u32,
    flags: u32,
  }, plain),
  fc.record({ command: fc.constant(EventCommand.STATUS), component: name, event: name }, plain),
  fc.record({
    command: fc.constant(EventCommand.SCRIPT),
    component: name,
    script: name,
    action: u32,
  }, plain),
);

const time = fc.bigInt({ min: 0n, max: 2n ** 62n });

const reply: fc.Arbitrary<EventReply> = fc.oneof(
  fc.record({
    command: fc.constantFrom(EventCommand.RUN, EventCommand.SCRIPT),
    result: i32,
    status: fc.constant(null),
  }, plain),
  fc.record({
    command: fc.constant(EventCommand.STATUS),
    result: fc.integer({ min: 1, max: 200 }),
    status: fc.constant(null),
  }, plain),
  fc.record({
    command: fc.constant(EventCommand.STATUS),
    result: fc.constant(0),
    status: fc.record({
      summary: i32,
      scripts: fc.array(
        fc.record({ name, begin: time, end: time, result: i32, output: name }, plain),
        { maxLength: 4 },
      ),
    }, plain),
  }, plain),
);

Deno.test("requests and replies: decode undoes encode", () => {
  fc.assert(fc.property(u32, request, reply, (reqid, req, rep) => {
    assert.deepEqual(decodeEventRequest(encodeEventRequest(reqid, req)), { reqid, body: req });
    assert.deepEqual(decodeEventReply(encodeEventReply(reqid, rep)), { reqid, body: rep });
  }));
});

Deno.test("the splitter of the main protocol cuts these frames too", () => {
  fc.assert(fc.property(request, fc.integer({ min: 1, max: 40 }), (req, size) => {
    const frame = encodeEventRequest(1, req);
    const splitter = new FrameSplitter();
    const got: Uint8Array[] = [];
    for (let i = 0; i < frame.byteLength; i += size) {
      splitter.push(frame.slice(i, i + size), (whole) => got.push(whole));
    }
    assert.deepEqual(got.map((whole) => decodeEventRequest(whole).body), [req]);
  }));
});

Deno.test("bad frames throw WireError or decode to no more than was sent", () => {
  const frames = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.tuple(request, harms).map(([req, todo]) => harm(encodeEventRequest(1, req), todo)),
    fc.tuple(reply, harms).map(([rep, todo]) => harm(encodeEventReply(1, rep), todo)),
  );
  fc.assert(fc.property(frames, fc.boolean(), (frame, fixLength) => {
    if (fixLength && frame.byteLength >= 4) {
      new DataView(frame.buffer, frame.byteOffset).setUint32(0, frame.byteLength, true);
    }
    for (const read of [decodeEventRequest, decodeEventReply]) {
      const value = onlyWireError<unknown>(() => read(frame));
      if (value !== undefined) assert(weight(value) <= 2 * frame.byteLength + 20);
    }
  }));
});

Deno.test("a reply has a status exactly when the protocol has room for it", () => {
  const status = { summary: 0, scripts: [] };
  assert.throws(
    () => encodeEventReply(1, { command: EventCommand.RUN, result: 0, status }),
    WireError,
  );
  assert.throws(
    () => encodeEventReply(1, { command: EventCommand.STATUS, result: 0, status: null }),
    WireError,
  );
});

Deno.test("an unknown command has its code", () => {
  const frame = encodeEventRequest(1, {
    command: EventCommand.STATUS,
    component: "legacy",
    event: "monitor",
  });
  frame[12] = 9;
  assert.throws(() => decodeEventRequest(frame), { code: "operation" });
});
