import fc from "fast-check";
import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import {
  formatIp,
  formatSocketAddress,
  parseIp,
  parseSocketAddress,
  sameIp,
  sameSocketAddress,
  unmapIpv4,
  WireError,
} from "../../../lib/wire/mod.ts";

/** Bytes and what libc's inet_ntop makes of them. */
const CANONICAL: [hex: string, text: string][] = [
  ["0a000001", "10.0.0.1"],
  ["ffffffff", "255.255.255.255"],
  ["00000000000000000000000000000000", "::"],
  ["00000000000000000000000000000001", "::1"],
  ["00000000000000000000000001020304", "::1.2.3.4"],
  ["00000000000000000000ffff01020304", "::ffff:1.2.3.4"],
  ["00000000000000000000fffe01020304", "::fffe:102:304"],
  ["00000000000000000000000000010001", "::0.1.0.1"],
  ["fd000000000000000000000000000000", "fd00::"],
  ["fe800000000000000211223344556677", "fe80::211:2233:4455:6677"],
  ["20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
  ["20010db8000100010001000100010001", "2001:db8:1:1:1:1:1:1"],
  ["00010001000100010001000100010000", "1:1:1:1:1:1:1:0"],
  ["00000001000100010001000100010001", "0:1:1:1:1:1:1:1"],
  ["00010000000100000001000000010000", "1:0:1:0:1:0:1:0"],
  ["00000000000000000001000000000000", "::1:0:0:0"],
];

Deno.test("addresses are printed as libc prints them", () => {
  for (const [hex, text] of CANONICAL) {
    assert.equal(formatIp(Uint8Array.fromHex(hex)), text);
    assert.equal(parseIp(text)?.toHex(), hex);
  }
});

Deno.test("parsing undoes printing", () => {
  const group = fc.constantFrom(0, 0, 0, 1, 0xff);
  const v6 = fc.array(fc.tuple(group, group), { minLength: 8, maxLength: 8 })
    .map((groups) => new Uint8Array(groups.flat()));
  const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(fc.oneof(v4, v6), (bytes) => {
    assert.equal(parseIp(formatIp(bytes))?.toHex(), bytes.toHex());
  }));
});

Deno.test("what is an address is what Node says is one", () => {
  const piece = fc.constantFrom(
    "::",
    ":",
    "0",
    "1",
    "ff",
    "00ff",
    "12345",
    "1.2.3.4",
    "256",
    ".",
    "g",
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    fc.ipV4(),
    fc.ipV6(),
    fc.array(fc.constantFrom("0", "1", "ff", "1.2.3.4", ""), { maxLength: 9 })
      .map((groups) => groups.join(":")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      assert.equal(parseIp(text) !== undefined, isIPv4(text) || isIPv6(text), text);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a bad address says what it was", () => {
  assert.throws(() => parseSocketAddress("10.0.0.256"), WireError);
  assert.throws(() => parseSocketAddress("x"), /parse IP address: x/);
});

Deno.test("socket addresses are canonical and printed with their port", () => {
  const address = parseSocketAddress("FD00:0::1", 445);
  assert.deepEqual(address, { family: 6, address: "fd00::1", port: 445 });
  assert.equal(formatSocketAddress(address), "[fd00::1]:445");
  assert.equal(formatSocketAddress(parseSocketAddress("10.0.0.1", 80)), "10.0.0.1:80");
  assert.equal(formatSocketAddress(parseSocketAddress("fd00::1")), "fd00::1");
});

Deno.test("an IPv4-mapped address is the IPv4 one", () => {
  const mapped = parseSocketAddress("::ffff:10.0.0.1", 445);
  const plain = parseSocketAddress("10.0.0.1", 445);
  assert.equal(mapped.family, 6);
  assert.deepEqual(unmapIpv4(mapped), plain);
  assert(sameSocketAddress(mapped, plain));
  assert(sameIp(mapped, parseSocketAddress("10.0.0.1", 80)));
  assert(!sameSocketAddress(mapped, parseSocketAddress("10.0.0.1", 80)));
  assert(!sameIp(plain, parseSocketAddress("10.0.0.2")));
  for (const text of ["::10.0.0.1", "::ffff:0:1", "fd00::1"]) {
    const other = parseSocketAddress(text);
    if (text !== "::ffff:0:1") assert.equal(unmapIpv4(other), other);
  }
});

Deno.test("the scope of a link-local address does not count", () => {
  const plain = parseSocketAddress("fe80::1");
  assert(sameIp({ ...plain, scopeId: 2 }, plain));
});
