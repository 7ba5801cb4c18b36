import fc from "fast-check";
import assert from "node:assert/strict";
import {
  controlByOpcode,
  type ControlName,
  type ControlReply,
  type ControlRequest,
  controlRow,
  controls,
  decodeControlReply,
  decodeControlRequest,
  encodeControlReply,
  encodeControlRequest,
  isControlFailure,
  isLiveControl,
  type LiveControlName,
  unassignedOpcodes,
  WireError,
} from "../../../lib/wire/mod.ts";
import { everyCodec } from "./arbitraries.ts";

const names = Object.keys(controls) as ControlName[];

Deno.test("every opcode from 0 to 162 has one row or is unassigned", () => {
  const opcodes = [...names.map((name) => controls[name].opcode), ...unassignedOpcodes];
  assert.deepEqual(opcodes.sort((a, b) => a - b), Array.from({ length: 163 }, (_, i) => i));
});

Deno.test("names and opcodes lead to each other", () => {
  for (const name of names) assert.equal(controlByOpcode(controls[name].opcode), name);
  for (const opcode of [...unassignedOpcodes, 163, -1, 0.5, 0xffffffff]) {
    assert.equal(controlByOpcode(opcode), undefined);
  }
});

// The sizes of requests that are enforced, by opcode: those that wire.md 9 calls exact, and those
// that 4.17.12 was found to enforce although the table does not say so.
const EXACT: Record<number, readonly number[]> = {
  0: [
    ...[1, 3, 17, 29, 33, 47, 53, 72, 87, 90, 99, 101, 102, 110, 124, 127, 134, 137, 138, 157, 158],
    ...[161, 5, 7, 9, 91, 140],
  ],
  4: [
    ...[0, 8, 16, 104, 105, 121, 122, 129, 132, 133, 141, 142, 145, 148, 149],
    ...[4, 25, 26, 27],
  ],
  5: [155],
  8: [67, 98, 109, 115, 120, 143, 144],
  12: [52, 151],
  16: [20, 97, 146, 147],
  24: [21, 125, 131],
  28: [55, 123],
  32: [88, 89, 135],
  56: [44, 45, 46, 126, 159, 160],
};

Deno.test("exact sizes of requests are enforced", () => {
  for (const [size, opcodes] of Object.entries(EXACT)) {
    for (const opcode of opcodes) {
      const name = controlByOpcode(opcode)!;
      const wrong = [Number(size) + 1, ...(Number(size) > 0 ? [Number(size) - 1] : [])];
      for (const length of wrong) {
        const data = new Uint8Array(length).fill(2, 0, 1); // a valid address family
        assert.throws(() => decodeControlRequest(name, { srvid: 0n, data }), WireError, name);
      }
      assert.equal(controls[name].request.minSize, Number(size), name);
    }
  }
});

/** Controls with which the C daemon ignores what follows the request. */
const LAX: ReadonlySet<ControlName> = new Set([
  ...(["GET_RECMODE", "GET_PID", "GET_PNN", "LIST_TUNABLES", "UPTIME"] as const),
  ...(["GET_CAPABILITIES", "START_RECOVERY", "END_RECOVERY", "SHUTDOWN", "DB_DETACH"] as const),
  ...(["START_PERSISTENT_UPDATE", "CANCEL_PERSISTENT_UPDATE", "GET_TUNABLE"] as const),
  ...(["SET_TUNABLE", "ECHO_DATA", "TRY_DELETE_RECORDS", "UPDATE_RECORD", "VACUUM_FETCH"] as const),
  ...(["TRANS3_COMMIT", "SET_TCP_TICKLE_LIST", "SETVNNMAP", "PUSH_RECORD"] as const),
]);

/** Names end where their data does. */
const NAMES = /^DB_ATTACH/;

for (const name of names.filter((n) => isLiveControl(n) && controls[n].requestIn === "data")) {
  Deno.test(`${name}: bytes after the request are ${LAX.has(name) ? "ignored" : "refused"}`, () => {
    const { arbitrary } = everyCodec[codecName(controlRow(name).request)]!;
    fc.assert(
      fc.property(arbitrary, fc.uint8Array({ minLength: 1, maxLength: 4 }), (value, tail) => {
        const parts = encodeControlRequest(name, value as ControlRequest<LiveControlName>);
        const data = new Uint8Array([...parts.data, ...tail]);
        const read = () => decodeControlRequest(name, { srvid: 0n, data });
        if (LAX.has(name) || NAMES.test(name)) assert.deepEqual(read(), value);
        else assert.throws(read, WireError);
      }),
      { numRuns: 10 },
    );
  });
}

function codecName(codec: unknown): string {
  return Object.entries(everyCodec).find(([, pair]) => pair.codec === codec)![0];
}

for (const name of names.filter(isLiveControl)) {
  Deno.test(`${name}: request and reply go there and back`, () => {
    const row = controlRow(name);
    const request = everyCodec[codecName(row.request)]!.arbitrary;
    const reply = everyCodec[codecName(row.reply)]!.arbitrary;
    fc.assert(
      fc.property(request, reply, (asked, answered) => {
        const parts = encodeControlRequest(name, asked as ControlRequest<LiveControlName>);
        assert.deepEqual(decodeControlRequest(name, parts), asked);
        const answer = encodeControlReply(name, answered as ControlReply<LiveControlName>);
        assert.deepEqual(decodeControlReply(name, answer), answered);
        if (row.replyIn === "data") assert.equal(answer.status, 0);
        if (row.replyIn === "status") assert.equal(answer.data.byteLength, 0);
      }),
      { numRuns: 20 },
    );
  });
}

Deno.test("a srvid is the request where the specification says so", () => {
  const inSrvid = names.filter((name) => controls[name].requestIn === "srvid");
  assert.deepEqual(inSrvid, [
    ...["REGISTER_SRVID", "DEREGISTER_SRVID", "TUNNEL_REGISTER", "TUNNEL_DEREGISTER"],
  ]);
  const parts = encodeControlRequest("REGISTER_SRVID", 0xfe00_0000_0000_0002n);
  assert.deepEqual(parts, { srvid: 0xfe00_0000_0000_0002n, data: new Uint8Array(0) });
});

Deno.test("the status is the answer where the specification says so", () => {
  const inStatus = names.filter((name) => controls[name].replyIn === "status");
  assert.deepEqual(inStatus, ["PING", "GET_RECMODE", "GET_PID", "GET_PNN", "SET_TUNABLE"]);
  assert.deepEqual(encodeControlReply("GET_PNN", 3), { status: 3, data: new Uint8Array(0) });
  assert.equal(isControlFailure("GET_PID", 12345), false);
  assert.equal(isControlFailure("GET_PID", -1), true);
  assert.equal(isControlFailure("GET_TCP_TICKLE_LIST", 1), true);
  assert.equal(isControlFailure("GETVNNMAP", 0), false);
});

Deno.test("PUSH_RECORD is laid out as smbd sends it", () => {
  const data = Uint8Array.fromHex(
    "a9f1672b4dd8197a0500000000000000010000000000000001000000000000000200" +
      "00006b310700000076312d64617461",
  );
  const pushed = decodeControlRequest("PUSH_RECORD", { srvid: 0x7a19d84dn, data });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.deepEqual({ ...pushed, key: text(pushed.key), value: text(pushed.value) }, {
    generation: 0x2b67f1a9,
    dbId: 0x7a19d84d,
    header: { rsn: 5n, dmaster: 1, flags: 1 },
    key: "k1",
    value: "v1-data",
  });
  assert.deepEqual(encodeControlRequest("PUSH_RECORD", pushed).data, data);
  for (let length = 0; length < data.length; length++) {
    const cut = { srvid: 0n, data: data.subarray(0, length) };
    assert.throws(() => decodeControlRequest("PUSH_RECORD", cut), WireError);
  }
});

Deno.test("controls of 4.24 are marked", () => {
  const young = names.filter((name) => controls[name].since === "4.24");
  assert.deepEqual(young, ["TCP_CLIENT_DISCONNECTED", "TCP_CLIENT_PASSED", "START_IPREALLOCATE"]);
});

Deno.test("obsolete controls are not live", () => {
  assert.equal(isLiveControl("GET_NODEMAPv4"), false);
  assert.equal(isLiveControl("START_PERSISTENT_UPDATE"), true);
  assert.equal(names.filter((name) => !isLiveControl(name)).length, 40);
});

// What follows is checked by the compiler: a table of handlers typed from the table of controls.
type Handlers = {
  readonly [N in LiveControlName]: (request: ControlRequest<N>) => ControlReply<N>;
};

Deno.test("handlers get the request's type and must return the reply's", () => {
  const handlers: Pick<Handlers, "GET_PNN" | "REGISTER_SRVID" | "GETVNNMAP" | "DB_GET_HEALTH"> = {
    GET_PNN: () => 7,
    REGISTER_SRVID: (srvid) => void (srvid + 1n),
    GETVNNMAP: () => ({ generation: 1, map: [0] }),
    DB_GET_HEALTH: (dbId) => dbId === 1 ? null : "corrupt",
  };
  assert.equal(handlers.GET_PNN(undefined), 7);
  assert.equal(handlers.DB_GET_HEALTH(2), "corrupt");
});
