/** The quick questions are those of the table of controls, byte for byte. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type ControlReply,
  controls,
  CURRENT_NODE,
  encodeControlReply,
  encodeControlRequest,
  encodePacket,
  type LiveControlName,
  Operation,
  UNKNOWN_PNN,
} from "../../../lib/wire/mod.ts";
import {
  encodeQuestions,
  QUICK_OPCODES,
  type QuickQuestion,
  readAnswers,
  readLinks,
  readNodeEntries,
  readNumber,
} from "../../../lib/wire/mod_quick.ts";

const questions = Object.keys(QUICK_OPCODES) as QuickQuestion[];

Deno.test("quick questions are the requests that any client sends", () => {
  const wanted = questions.flatMap((name, i) => [
    ...encodePacket({
      operation: Operation.REQ_CONTROL,
      generation: 0,
      destnode: CURRENT_NODE,
      srcnode: UNKNOWN_PNN,
      reqid: i + 1,
      opcode: controls[name].opcode,
      ...encodeControlRequest(name, undefined),
      clientId: 0,
      flags: 0,
    }, "tool"),
  ]);
  assert.deepEqual([...encodeQuestions(questions)], wanted);
});

function reply<N extends LiveControlName>(name: N, reqid: number, value: ControlReply<N>) {
  return encodePacket({
    operation: Operation.REPLY_CONTROL,
    generation: 7,
    destnode: 0,
    srcnode: 0,
    reqid,
    ...encodeControlReply(name, value),
    error: "",
  });
}

const nodes = [
  { pnn: 0, flags: 0, address: { family: 4 as const, address: "10.0.0.1", port: 4379 } },
  { pnn: 1, flags: 0x22, address: { family: 4 as const, address: "192.168.200.41", port: 4379 } },
];
const answers = new Uint8Array([
  ...reply("GET_IFACES", 3, [
    { name: "eth0", linkUp: true, references: 1 },
    { name: "eth1", linkUp: false, references: 4 },
  ]),
  ...reply("GET_PNN", 1, 5),
  ...reply("GET_NODEMAP", 2, nodes),
  ...reply("GET_RUNSTATE", 4, 5),
]);

Deno.test("answers are read as the table has them, in any order", () => {
  const [pnn, map, links, state] = readAnswers(answers, 4)!;
  assert.equal(pnn!.status, 5);
  assert.deepEqual(
    readNodeEntries(map!),
    nodes.map((node) => ({ ...node, address: node.address.address })),
  );
  assert.deepEqual(readLinks(links!), [true, false]);
  assert.equal(readNumber(state!), 5);
});

Deno.test("answers that are not whole yet are left, and what is none is somebody else's", () => {
  for (let length = 0; length <= answers.length; length++) {
    const found = readAnswers(answers.subarray(0, length), 4);
    assert.ok(found !== undefined);
    assert.equal(
      found.filter((answer) => answer !== undefined).length === 4,
      length === answers.length,
    );
  }
  assert.equal(readAnswers(answers, 2), undefined);
  const message = encodePacket({
    operation: Operation.REQ_MESSAGE,
    generation: 0,
    destnode: 0,
    srcnode: 0,
    reqid: 0,
    srvid: 1n,
    data: new Uint8Array(8),
  });
  assert.equal(readAnswers(message, 4), undefined);
});

Deno.test("an IPv6 node and rubbish are left to who knows every packet", () => {
  const six = { pnn: 0, flags: 0, address: { family: 6 as const, address: "fd00::1", port: 4379 } };
  const [, map] = readAnswers(reply("GET_NODEMAP", 2, [six]), 4)!;
  assert.equal(readNodeEntries(map!), undefined);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const answer = { status: 0, data: bytes };
    readAnswers(bytes, 4);
    const count = bytes.length < 4 ? -1 : new DataView(bytes.buffer).getUint32(0, true);
    if (bytes.length !== 4 + count * 36) assert.equal(readNodeEntries(answer), undefined);
    if (bytes.length !== 4 + count * 24) assert.equal(readLinks(answer), undefined);
  }));
});
