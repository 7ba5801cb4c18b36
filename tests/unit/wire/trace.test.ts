import assert from "node:assert/strict";
import {
  controlByOpcode,
  decodePacket,
  encodeControlReply,
  encodeControlRequest,
  encodePacket,
  type Packet,
  traceFrame,
  tracePacket,
  traceValue,
} from "../../../lib/wire/mod.ts";
import { packetVectors } from "./vectors.ts";

const header = { generation: 12, srcnode: 0, destnode: 1, reqid: 7 };

function control(name: "GET_DBNAME" | "MODIFY_FLAGS" | "REGISTER_SRVID"): Packet {
  const requests = {
    GET_DBNAME: () => encodeControlRequest("GET_DBNAME", 0x4d2a432b),
    MODIFY_FLAGS: () => encodeControlRequest("MODIFY_FLAGS", { pnn: 1, newFlags: 2, oldFlags: 0 }),
    REGISTER_SRVID: () => encodeControlRequest("REGISTER_SRVID", 0xfe00_0000_0000_0002n),
  };
  const opcodes = { GET_DBNAME: 25, MODIFY_FLAGS: 52, REGISTER_SRVID: 23 };
  return {
    operation: 7,
    ...header,
    opcode: opcodes[name],
    clientId: 0,
    flags: 1,
    ...requests[name](),
  };
}

Deno.test("a control is shown with its request decoded", () => {
  assert.equal(
    tracePacket(control("GET_DBNAME")),
    "REQ_CONTROL 0->1 reqid=7 gen=12 GET_DBNAME 0x4d2a432b flags=0x1",
  );
  assert.equal(
    tracePacket(control("MODIFY_FLAGS")),
    "REQ_CONTROL 0->1 reqid=7 gen=12 MODIFY_FLAGS {pnn=1 newFlags=0x2 oldFlags=0x0} flags=0x1",
  );
  assert.match(tracePacket(control("REGISTER_SRVID")), /REGISTER_SRVID 0xfe00000000000002 /);
});

Deno.test("a reply is decoded for who knows what it answers", () => {
  const parts = encodeControlReply("GETVNNMAP", { generation: 5, map: [0, 1] });
  const reply: Packet = { operation: 8, ...header, ...parts, error: "" };
  assert.match(tracePacket(reply, "GETVNNMAP"), /GETVNNMAP \{generation=5 map=\[0 1\]\}$/);
  assert.match(tracePacket(reply), /status=0 data=\[16\]0500/);
  const failed: Packet = { ...reply, status: -1, data: new Uint8Array(0), error: "no\nway" };
  assert.match(
    tracePacket(failed, "GETVNNMAP"),
    /GETVNNMAP status=-1 data=\[0\] error="no\\nway"$/,
  );
});

Deno.test("malformed payloads and frames are shown, not thrown", () => {
  const packet = { ...control("GET_DBNAME"), data: new Uint8Array([1]) } as Packet;
  assert.match(tracePacket(packet), /GET_DBNAME malformed \[1\]01/);
  const frame = encodePacket(packet);
  frame[4] = 0;
  assert.match(traceFrame(frame), /^bad frame \(read header, magic: /);
});

Deno.test("long values are cut", () => {
  assert(traceValue(new Uint8Array(5000)).length < 100);
  assert(traceValue("x".repeat(5000)).length < 200);
  assert.equal(traceValue([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), "[1 2 3 4 5 6 7 8 2 more]");
  const address = { family: 6, address: "fd00::1", port: 445 };
  assert.equal(traceValue({ address, dbId: 16 }), "{address=[fd00::1]:445 dbId=0x10}");
});

Deno.test("every vector has a trace of one short line that nothing is malformed in", () => {
  for (const { frame, opcode } of packetVectors()) {
    const packet = decodePacket(frame);
    const line = tracePacket(packet, opcode === undefined ? undefined : controlByOpcode(opcode));
    assert.doesNotMatch(line, /malformed|\n/);
    assert(line.length < 3000, line);
  }
});
