import assert from "node:assert/strict";
import fc from "fast-check";
import { internetChecksum, pseudoHeader } from "../../../lib/failover/announce/checksum.ts";
import { announcementPackets, LinkType } from "../../../lib/failover/announce/link-frames.ts";
import { InterfaceError } from "../../../lib/failover/mod.ts";
import { parseTcpFrame, tcpPacket } from "../../../lib/failover/announce/tcp-segment.ts";
import { parseIp } from "../../../lib/wire/mod.ts";

const hex = (bytes: Uint8Array) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const ip = (text: string) => {
  const bytes = parseIp(text);
  assert.ok(bytes);
  return bytes;
};
const ethernet = {
  type: LinkType.ETHERNET,
  address: Uint8Array.fromHex("02005e100001"),
  broadcast: new Uint8Array(6).fill(0xff),
};
const infiniband = {
  type: LinkType.INFINIBAND,
  address: Uint8Array.fromHex("80000002fe800000000000000002c90300a1b2c3"),
  broadcast: Uint8Array.fromHex("00ffffffff12401b8001000000000000ffffffff"),
};

Deno.test("IPv4: an ARP request and a reply, to the broadcast address of the interface", () => {
  assert.deepEqual(
    announcementPackets(ethernet, ip("198.51.100.7")).map(({ ethertype, destination, payload }) => [
      ethertype,
      hex(destination),
      hex(payload),
    ]),
    [
      [0x806, "ffffffffffff", "00010800060400010200" + "5e100001c6336407000000000000c6336407"],
      [0x806, "ffffffffffff", "00010800060400020200" + "5e100001c633640702005e100001c6336407"],
    ],
  );
});

Deno.test("IPv4 over InfiniBand: 56 bytes, with addresses of 20", () => {
  const own = hex(infiniband.address);
  const [request, reply] = announcementPackets(infiniband, ip("198.51.100.7"));
  assert.equal(hex(request!.payload), `0020080014040001${own}c6336407${"00".repeat(20)}c6336407`);
  assert.equal(hex(reply!.payload), `0020080014040002${own}c6336407${own}c6336407`);
  assert.equal(request!.payload.length, 56);
  assert.equal(hex(reply!.destination), hex(infiniband.broadcast));
});

Deno.test("IPv6: one unsolicited neighbour advertisement with a right checksum", () => {
  const address = "fd00" + "0".repeat(27) + "1";
  const all = "ff02" + "0".repeat(27) + "1";
  const cases = [
    [ethernet, 72, "0020", "0201"],
    [infiniband, 88, "0030", "02030000"],
  ] as const;
  for (const [link, size, length, option] of cases) {
    const [packet, ...more] = announcementPackets(link, ip("fd00::1"));
    assert.ok(packet);
    assert.equal(more.length, 0);
    const { payload } = packet;
    assert.equal(payload.length, size);
    assert.equal(
      hex(payload.subarray(0, 42)) + "...." + hex(payload.subarray(44)),
      `60000000${length}3aff${address}${all}8800....20000000${address}${option}${
        hex(link.address)
      }`,
    );
    const pseudo = pseudoHeader(payload.slice(8, 24), payload.slice(24, 40), 58, size - 40);
    assert.equal(internetChecksum(pseudo, payload.subarray(40)), 0);
    assert.equal(packet.ethertype, 0x86dd);
    if (link === ethernet) assert.equal(hex(packet.destination), "333300000001");
  }
});

Deno.test("the multicast address of InfiniBand comes from the interface's broadcast address", () => {
  const [packet] = announcementPackets(infiniband, ip("fd00::1"));
  assert.equal(hex(packet!.destination), "00ffffffff12601b800100000000000000000001");
  const short = { ...infiniband, broadcast: new Uint8Array(8) };
  assert.throws(() => announcementPackets(short, ip("fd00::1")), InterfaceError);
});

Deno.test("the Internet checksum of RFC 1071's example", () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assert.equal(internetChecksum(bytes), 0x220d);
  assert.equal(internetChecksum(Uint8Array.of(0xff)), 0x00ff);
});

const port = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const segments = fc.constantFrom(4, 16).chain((length) => {
  const address = fc.uint8Array({ minLength: length, maxLength: length });
  const end = fc.record({ address, port }, { noNullPrototype: true });
  return fc.record({
    source: end,
    destination: end,
    flags: fc.nat(0xff),
    seq: u32,
    ack: u32,
    window: fc.nat(0xffff),
  }, { noNullPrototype: true });
});

function inEthernet(packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + packet.length);
  frame.set(packet[0]! >> 4 === 4 ? [8, 0] : [0x86, 0xdd], 12);
  frame.set(packet, 14);
  return frame;
}

Deno.test("segments survive the way over the wire, with right checksums", () => {
  fc.assert(fc.property(segments, (segment) => {
    const packet = tcpPacket(segment);
    const header = segment.source.address.length === 4 ? 20 : 40;
    assert.equal(packet.length, header + 20);
    if (header === 20) assert.equal(internetChecksum(packet.subarray(0, 20)), 0);
    const { address } = segment.source;
    const pseudo = pseudoHeader(address, segment.destination.address, 6, 20);
    assert.equal(internetChecksum(pseudo, packet.subarray(header)), 0);
    assert.equal(packet[header === 20 ? 8 : 7], header === 20 ? 255 : 64, "TTL or hop limit");
    assert.deepEqual(parseTcpFrame(inEthernet(packet)), segment);
  }));
});

Deno.test("cut frames and any other bytes are no segments, and no errors", () => {
  fc.assert(fc.property(segments, fc.nat(73), (segment, length) => {
    const frame = inEthernet(tcpPacket(segment));
    if (length < frame.length) assert.equal(parseTcpFrame(frame.subarray(0, length)), undefined);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
    const segment = parseTcpFrame(bytes);
    assert.ok(segment === undefined || bytes.length >= 54);
  }));
});

Deno.test("fragments, other protocols, VLAN tags and bad header lengths are passed over", () => {
  const end = (last: number) => ({ address: ip(`10.0.0.${last}`), port: 1 });
  const good = inEthernet(
    tcpPacket({ source: end(1), destination: end(2), flags: 16, seq: 1, ack: 2, window: 3 }),
  );
  assert.ok(parseTcpFrame(good));
  const changed = (at: number, value: number) => {
    const frame = good.slice();
    frame[at] = value;
    return parseTcpFrame(frame);
  };
  assert.equal(changed(23, 17), undefined, "UDP");
  assert.equal(changed(20, 0x20), undefined, "more fragments");
  assert.equal(changed(21, 1), undefined, "not the first fragment");
  assert.equal(changed(12, 0x81), undefined, "VLAN");
  assert.equal(changed(14, 0x44), undefined, "header of 16 bytes");
  assert.equal(changed(14, 0x4f), undefined, "header longer than the packet");
});
