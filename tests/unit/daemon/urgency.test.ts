import assert from "node:assert/strict";
import { isUrgent } from "../../../lib/daemon/urgency.ts";
import {
  controlByOpcode,
  controls,
  isLiveControl,
  Operation,
  type Packet,
  Srvid,
} from "../../../lib/wire/mod.ts";

const HEADER = { generation: 1, destnode: 1, srcnode: 0, reqid: 0 };
const NO_DATA = new Uint8Array();

function control(opcode: number, clientId = 0): Packet {
  return {
    ...HEADER,
    operation: Operation.REQ_CONTROL,
    opcode,
    srvid: 0n,
    clientId,
    flags: 0,
    data: NO_DATA,
  };
}

Deno.test("only what depends on nothing before it passes data", () => {
  const urgent = Object.values(controls).map(({ opcode }) => opcode)
    .filter((opcode) => isUrgent(control(opcode)));
  const names = urgent.map((opcode) => controlByOpcode(opcode)!);
  assert.ok(names.every(isLiveControl));
  assert.deepEqual(names.toSorted(), ["GET_RECMODE", "GET_RUNSTATE", "SET_RECMODE"]);
});

Deno.test("a control on behalf of a client stays behind what the client sent before", () => {
  assert.equal(isUrgent(control(controls.GET_RECMODE.opcode, 7)), false);
});

Deno.test("a ping that tells how much of a recovery has arrived stays behind it", () => {
  assert.equal(isUrgent(control(controls.PING.opcode)), false);
});

Deno.test("keepalives, votes and the leader's word pass data; other messages do not", () => {
  const message = (srvid: bigint): Packet => ({
    ...HEADER,
    operation: Operation.REQ_MESSAGE,
    srvid,
    data: NO_DATA,
  });
  assert.ok(isUrgent({ ...HEADER, operation: Operation.REQ_KEEPALIVE, version: 1, uptime_s: 1 }));
  assert.ok(isUrgent(message(Srvid.LEADER)));
  assert.ok(isUrgent(message(Srvid.ELECTION)));
  // Records of a recovery, which are counted when the answer to their control comes.
  assert.equal(isUrgent(message(Srvid.RECOVERY)), false);
  assert.equal(isUrgent(message(1n)), false);
});
