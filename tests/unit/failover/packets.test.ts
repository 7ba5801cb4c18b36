import assert from "node:assert/strict";
import fc from "fast-check";
import { internetChecksum, pseudoHeader } from "../../../lib/failover/announce/checksum.ts";
import { announcementFrames } from "../../../lib/failover/announce/link-frames.ts";
import { parseTcpFrame, tcpPacket } from "../../../lib/failover/announce/tcp-segment.ts";
import { parseIp } from "../../../lib/wire/mod.ts";

const hex = (bytes: Uint8Array) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const ip = (text: string) => {
  const bytes = parseIp(text);
  assert.ok(bytes);
  return bytes;
};
const mac = Uint8Array.of(2, 0, 0, 0xaa, 0xbb, 0xcc);

Deno.test("IPv4: an ARP request and a reply, to all, padded to 64 bytes", () => {
  const frames = announcementFrames(mac, ip("10.0.0.1")).map(hex);
  const ethernet = "ffffffffffff" + "020000aabbcc" + "0806";
  const arp = (operation: string, target: string) =>
    "0001" + "0800" + "0604" + operation + "020000aabbcc" + "0a000001" + target + "0a000001";
  assert.deepEqual(frames, [
    (ethernet + arp("0001", "000000000000")).padEnd(128, "0"),
    (ethernet + arp("0002", "020000aabbcc")).padEnd(128, "0"),
  ]);
});

Deno.test("IPv6: one unsolicited neighbour advertisement with a right checksum", () => {
  const [frame, ...more] = announcementFrames(mac, ip("fd00::1"));
  assert.ok(frame);
  assert.equal(more.length, 0);
  assert.equal(frame.length, 86);
  const address = "fd00" + "0".repeat(27) + "1";
  assert.equal(
    hex(frame.subarray(0, 56)) + "...." + hex(frame.subarray(58)),
    "333300000001" + "020000aabbcc" + "86dd" + "60000000" + "0020" + "3a" + "ff" + address +
      "ff02" + "0".repeat(27) + "1" + "8800" + "...." + "20000000" + address + "0201" +
      "020000aabbcc",
  );
  const pseudo = pseudoHeader(frame.slice(22, 38), frame.slice(38, 54), 58, 32);
  assert.equal(internetChecksum(pseudo, frame.subarray(54)), 0);
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
