/** The checks of next.md 14, row by row: what fits exactly is taken, one byte less or more is not. */
import assert from "node:assert/strict";
import {
  type Codec,
  type ControlName,
  decode,
  decodeControlRequest,
  decodePacket,
  type MessageName,
  messages,
  Operation,
  WireError,
} from "../../../lib/wire/mod.ts";

const MAGIC = 0x4354_4442;
/** Sums that a check in 32 bits would take for small ones. */
const WILD = [0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];

function frame(operation: number, length: number, fields: Record<number, number>): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of [length, MAGIC, 1, 7, operation].entries()) {
    if (4 * i + 4 <= length) view.setUint32(4 * i, word, true);
  }
  for (const [offset, value] of Object.entries(fields)) view.setUint32(Number(offset), value, true);
  return bytes;
}

/** Size of the fixed part, and where in it the lengths of the parts behind it stand. */
const FRAMES: Record<string, readonly [operation: number, fixed: number, lengths: number[]]> = {
  REQ_CALL: [Operation.REQ_CALL, 56, [48, 52]],
  REPLY_CALL: [Operation.REPLY_CALL, 40, [36]],
  REPLY_ERROR: [Operation.REPLY_ERROR, 40, [36]],
  REQ_DMASTER: [Operation.REQ_DMASTER, 60, [52, 56]],
  REPLY_DMASTER: [Operation.REPLY_DMASTER, 56, [48, 52]],
  REQ_MESSAGE: [Operation.REQ_MESSAGE, 44, [40]],
  REQ_CONTROL: [Operation.REQ_CONTROL, 60, [56]],
  REPLY_CONTROL: [Operation.REPLY_CONTROL, 44, [36, 40]],
  REQ_KEEPALIVE: [Operation.REQ_KEEPALIVE, 40, []],
  REQ_TUNNEL: [Operation.REQ_TUNNEL, 48, [44]],
};

for (const [name, [operation, fixed, lengths]] of Object.entries(FRAMES)) {
  Deno.test(`14.1: ${name}: its fixed part, and lengths within the rest`, () => {
    const rest = 12;
    const refused = (length: number, fields: Record<number, number>) =>
      assert.throws(
        () => decodePacket(frame(operation, length, fields)),
        WireError,
        `${length}: ${JSON.stringify(fields)}`,
      );
    decodePacket(frame(operation, fixed, {}));
    refused(fixed - 4, {});
    for (const offset of lengths) {
      decodePacket(frame(operation, fixed + rest, { [offset]: rest }));
      refused(fixed + rest, { [offset]: rest + 1 });
      for (const wild of WILD) refused(fixed + rest, { [offset]: wild });
    }
    const [first, second] = lengths;
    if (first === undefined || second === undefined) return;
    decodePacket(frame(operation, fixed + rest, { [first]: 8, [second]: 4 }));
    refused(fixed + rest, { [first]: 8, [second]: 5 });
    // Together they are the rest again, where sums have 32 bits.
    refused(fixed + rest, { [first]: 0xffff_fffc, [second]: rest + 4 });
  });
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer);
}

/** Data that is as long as it says, and the same in ways that are wrong. */
const CONTROLS: Partial<Record<ControlName, { right: Uint8Array[]; wrong: Uint8Array[] }>> = {
  SETVNNMAP: {
    right: [words(9, 0), words(9, 2, 0, 1), words(9, 1, 0, 1)],
    wrong: [words(9), words(9, 1), words(9, 3, 0, 1), ...WILD.map((n) => words(9, n, 0, 1))],
  },
  DB_ATTACH: {
    right: [new TextEncoder().encode("a.tdb\0")],
    wrong: [new TextEncoder().encode("a.tdb"), new Uint8Array(0)],
  },
  TRAVERSE_DATA: {
    right: [words(24, 1, 4, 4, 0, 0)],
    wrong: [
      words(16, 1, 0),
      words(24, 1, 4, 8, 0, 0),
      words(20, 1, 4, 4, 0, 0),
      words(28, 1, 4, 8, 0, 0),
      ...WILD.map((n) => words(24, 1, n, 8 - n, 0, 0)),
    ],
  },
  PUSH_RECORD: {
    right: [words(1, 2, 3, 0, 1, 0, 0, 0, 4, 77, 4, 88)],
    wrong: [
      words(1, 2, 3, 0, 1, 0, 0, 0),
      words(1, 2, 3, 0, 1, 0, 0, 0, 4, 77),
      words(1, 2, 3, 0, 1, 0, 0, 0, 4, 77, 5, 88),
      ...WILD.map((n) => words(1, 2, 3, 0, 1, 0, 0, 0, n, 77, 4, 88)),
      ...WILD.map((n) => words(1, 2, 3, 0, 1, 0, 0, 0, 4, 77, n, 88)),
    ],
  },
};
for (const twin of ["DB_ATTACH_PERSISTENT", "DB_ATTACH_REPLICATED"] as const) {
  CONTROLS[twin] = CONTROLS.DB_ATTACH!;
}
for (const name of ["UPDATE_RECORD", "TRANS3_COMMIT", "TRY_DELETE_RECORDS"] as const) {
  CONTROLS[name] = {
    right: [words(5, 0), words(5, 1, 24, 0, 4, 4, 0, 0)],
    wrong: [
      words(5),
      words(5, 1),
      words(5, 2, 24, 0, 4, 4, 0, 0),
      words(5, 1, 24, 0, 4, 8, 0, 0),
      words(5, 1, 8, 0, 4, 4, 0, 0),
      words(5, 1, 24, 0, 4),
      ...WILD.map((n) => words(5, n, 24, 0, 4, 4, 0, 0)),
      ...WILD.map((n) => words(5, 1, 24, 0, n, 8 - n, 0, 0)),
    ],
  };
}

for (const [name, { right, wrong }] of Object.entries(CONTROLS)) {
  const read = (data: Uint8Array) => decodeControlRequest(name as ControlName, { srvid: 0n, data });
  Deno.test(`14.2: ${name}: as many records and bytes as are there`, () => {
    for (const data of right) read(data);
    for (const data of wrong) assert.throws(() => read(data), WireError, data.join(" "));
  });
}

/** Bytes of each; shorter ones are not looked at further. */
const MESSAGES: Partial<Record<MessageName, number>> = {
  ELECTION: 32,
  LEADER: 4,
  TAKEOVER_RUN: 16,
  DISABLE_TAKEOVER_RUNS: 24,
  DISABLE_RECOVERIES: 24,
  PUSH_NODE_FLAGS: 12,
  BANNING: 4,
};

Deno.test("14.5: messages of the recovery daemon have at least their size", () => {
  for (const [name, size] of Object.entries(MESSAGES)) {
    const codec: Codec<unknown> = messages[name as MessageName];
    decode(codec, new Uint8Array(size));
    assert.throws(() => decode(codec, new Uint8Array(size - 1)), WireError, name);
  }
});
