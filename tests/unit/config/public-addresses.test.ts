import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { ConfigError, parseAddressMask, parsePublicAddresses } from "../../../lib/config/mod.ts";

function summary(text: string): string[] {
  return parsePublicAddresses(text, "public_addresses").map(
    ({ address, maskBits, interfaces }) => `${address.address}/${maskBits} ${interfaces.join("+")}`,
  );
}

// Every case was tried with Debian's ctdbd 4.17.12.
const accepted: readonly [string, string[]][] = [
  ["10.1.1.1/24 eth0", ["10.1.1.1/24 eth0"]],
  ["10.1.1.1/24 ,", ["10.1.1.1/24 "]],
  ["10.1.1.1/24 eth0,,lo,", ["10.1.1.1/24 eth0+lo"]],
  ["10.1.1.1/24 lo,lo", ["10.1.1.1/24 lo+lo"]],
  ["10.1.1.1/+24 lo", ["10.1.1.1/24 lo"]],
  ["10.1.1.1/032 lo", ["10.1.1.1/32 lo"]],
  ["\r\n10.1.1.1/24 lo\r\n\r\n", ["10.1.1.1/24 lo"]],
  ["10.1.1.1/24 lo junk", ["10.1.1.1/24 lo"]],
  ["[fd00::1]/64 lo", ["fd00::1/64 lo"]],
  ["::ffff:10.1.1.1/24 lo", ["10.1.1.1/24 lo"]],
  ["\t # x\n10.1.1.1/24\t\tlo\nfd00::2/64 eth0", ["10.1.1.1/24 lo", "fd00::2/64 eth0"]],
  ["", []],
];
const refused = [
  "10.1.1.1/0x18 lo",
  "10.1.1.1/24x lo",
  "10.1.1.1/-1 lo",
  "10.1.1.1/ lo",
  "10.1.1.1 lo",
  "10.1.1.1/24",
  "[10.1.1.1]/24 lo",
  "10.1.1.1/24 lo\n10.1.1.1/16 lo",
  "10.1.1.1/24 lo\n::ffff:10.1.1.1/24 lo",
  "10.1.1.1/24/25 lo",
  "10.1.1.1/18446744073709551640 lo",
  "10.1.1.1/24\vlo",
  `10.1.1.1/${"0".repeat(60)}24 lo`,
];

// What the C daemon takes, cutting the mask to a byte.
const noMasks = ["10.1.1.1/33 lo", "10.1.1.1/300 lo", "10.1.1.1/4294967320 lo", "fd00::1/129 lo"];

Deno.test("public addresses: a mask is no longer than the address", () => {
  for (const text of noMasks) throws(() => summary(text), /no address\/mask/, text);
  deepStrictEqual(summary("10.1.1.1/32 lo\nfd00::1/128 lo"), ["10.1.1.1/32 lo", "fd00::1/128 lo"]);
});

Deno.test("public addresses: what the C daemon takes", () => {
  for (const [text, expected] of accepted) {
    deepStrictEqual(summary(text), expected, JSON.stringify(text));
  }
});

Deno.test("public addresses: what the C daemon refuses", () => {
  for (const text of refused) throws(() => summary(text), ConfigError, JSON.stringify(text));
});

Deno.test("public addresses: the error knows its place", () => {
  throws(() => summary("10.1.1.1/24 lo\n\n10.1.1.2 lo\n"), (error: unknown) => {
    return error instanceof ConfigError && error.line === 3 && error.file === "public_addresses" &&
      error.message === "read public address, no address/mask: 10.1.1.2";
  });
});

Deno.test("public addresses: port 0, interfaces unchecked", () => {
  strictEqual(parsePublicAddresses("10.1.1.1/24 nosuch", "f")[0]!.address.port, 0);
  strictEqual(parseAddressMask("10.1.1.1"), undefined);
});
