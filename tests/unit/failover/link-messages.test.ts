import assert from "node:assert/strict";
import fc from "fast-check";
import {
  linkAnswer,
  linkChanges,
  linkQuestion,
} from "../../../lib/failover/announce/link-messages.ts";

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_NEWADDR = 20;
const IFF_UP = 1;
const IFF_RUNNING = 0x40;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;

function attribute(type: number, value: Uint8Array): number[] {
  const length = 4 + value.length;
  const padding = new Array<number>(-length & 3).fill(0);
  return [length & 0xff, length >> 8, type, 0, ...value, ...padding];
}

function message(type: number, flags: number, attributes: number[]): number[] {
  const bytes = new Uint8Array(32 + attributes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint32(24, flags, true);
  bytes.set(attributes, 32);
  return [...bytes];
}

const name = (text: string) => attribute(IFLA_IFNAME, new TextEncoder().encode(`${text}\0`));
const mtu = attribute(IFLA_MTU, Uint8Array.of(0xdc, 5, 0, 0));

Deno.test("links that come and go, several to a datagram, other messages between them", () => {
  const datagram = Uint8Array.from([
    ...message(RTM_NEWLINK, IFF_UP | IFF_RUNNING, [...mtu, ...name("eth1")]),
    ...message(RTM_NEWADDR, IFF_RUNNING, name("eth7")),
    ...message(RTM_NEWLINK, IFF_UP, name("bond0.15")),
    ...message(RTM_DELLINK, IFF_RUNNING, name("eth2")),
  ]);
  assert.deepEqual(linkChanges(datagram), [
    { name: "eth1", running: true },
    { name: "bond0.15", running: false },
    { name: "eth2", running: false },
  ]);
});

Deno.test("what is cut off or names nothing is left out", () => {
  const whole = message(RTM_NEWLINK, IFF_RUNNING, name("eth1"));
  assert.deepEqual(linkChanges(Uint8Array.from(whole.slice(0, -1))), []);
  assert.deepEqual(linkChanges(Uint8Array.from(message(RTM_NEWLINK, IFF_RUNNING, mtu))), []);
  assert.deepEqual(linkChanges(new Uint8Array(64)), []);
});

Deno.test("an interface is asked for by its name, or by a long alternative one", () => {
  const short = linkQuestion("eth0")!;
  assert.equal(
    short.toHex(),
    "2c00000012000100000000000000000000".slice(0, 32) + "00".repeat(16) +
      "09000300" + "6574683000" + "000000",
  );
  const long = linkQuestion("a-very-long-alternative-name")!;
  assert.equal(long[34], 53);
  for (const wrong of ["", "a\0b", "x".repeat(128)]) assert.equal(linkQuestion(wrong), undefined);
});

Deno.test("the answer has number, kind, flags and both addresses of an interface", () => {
  const address = Uint8Array.fromHex("80000002fe800000000000000002c90300a1b2c3");
  const broadcast = new Uint8Array(20).fill(0xff);
  const answer = Uint8Array.from(
    message(RTM_NEWLINK, 0x1043, [
      ...name("ib0"),
      ...attribute(1, address),
      ...attribute(2, broadcast),
    ]),
  );
  new DataView(answer.buffer).setUint16(18, 32, true);
  new DataView(answer.buffer).setInt32(20, 7, true);
  assert.deepEqual(linkAnswer(answer), {
    name: "ib0",
    index: 7,
    type: 32,
    flags: 0x1043,
    address,
    broadcast,
  });
  assert.equal(linkAnswer(Uint8Array.from(message(2, 0, [0xed, 0xff, 0xff, 0xff]))), undefined);
  assert.equal(linkAnswer(answer.subarray(0, 20)), undefined);
  const empty = new Uint8Array();
  const tunnel = Uint8Array.from(message(RTM_NEWLINK, 1, name("tun0")));
  assert.deepEqual(linkAnswer(tunnel)?.address, empty);
});

Deno.test("no datagram makes the parser throw or run on", () => {
  const whole = message(RTM_NEWLINK, IFF_RUNNING, [...mtu, ...name("eth1")]);
  const damaged = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(fc.property(damaged, (changes) => {
    const bytes = Uint8Array.from([...whole, ...whole]);
    for (const [at, value] of changes) bytes[at] = value;
    assert.ok(linkChanges(bytes).length <= 2);
    linkAnswer(bytes);
  }));
});
